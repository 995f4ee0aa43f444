import { defineRule } from "@snowmelt/core/quality";
import { defineStage, type Extensions } from "@snowmelt/pipeline/extensions";
import { z } from "zod";

const positive = defineRule({
  name: "positive",
  scope: "row",
  options: z.strictObject({}),
  needs: { value: ["int64"] },
  expected: () => "only in the bundle of a team of its own",
  check: ({ value }) => value !== null && value > 0n,
});

const summary = defineStage({
  name: "summary",
  options: z.strictObject({}),
  start: async ({ tables }) => ({ kind: "succeeded", result: { tables: Object.keys(tables).length } }),
});

export const extensions: Extensions = { rules: [positive], stages: [summary] };
