import { defineRule } from "@snowmelt/core/quality";
import { z } from "zod";

/** Nobody is older than the definition says. */
export const plausibleAge = defineRule({
  name: "plausibleAge",
  scope: "row",
  options: z.strictObject({ max: z.int() }),
  needs: { age: ["int32", "int64", "decimal"] },
  expected: ({ max }) => `at most ${max}`,
  check: ({ age }, { options }) => age === null || Number(age) <= options.max,
});

/** People are of different ages. */
export const varied = defineRule({
  name: "varied",
  scope: "table",
  options: z.strictObject({}),
  needs: { age: ["int32", "int64", "decimal"] },
  check: ({ rowCount, columns: { age } }) => ({
    passed: rowCount < 2 || age.min !== age.max,
    measured: `${rowCount} rows from ${age.min} to ${age.max}`,
  }),
});
