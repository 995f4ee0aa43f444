import type { LandedColumn } from "@snowmelt/core/types";
import { expect, test } from "vitest";
import { parseErasedCounts, planErasedCounts, planWithoutErased } from "./plan-erased-rows.ts";

const column: LandedColumn = {
  field: { name: "NAME", type: { kind: "string" }, nullable: true },
  source: "NAME",
  sourceType: { kind: "text", length: 10 },
  part: { kind: "value" },
};
const source = { table: { database: "D", schema: "S", name: "T" } };
const digest = `MD5('a''b'\n  || NVL(TO_VARCHAR(LENGTH(s."NAME")) || ':' || s."NAME", 'N'))`;
const erased = { salt: "a'b", columns: [column], digests: ["00", "ff"] };

test("rows of erased keys are counted by their digest, as of the moment", () => {
  expect(planErasedCounts({ source, atMicros: 0n }, erased).sql).toBe(
    [
      `SELECT ${digest} AS "DIGEST", TO_VARCHAR(COUNT(*)) AS "ROWS"`,
      `FROM "D"."S"."T" AT(TIMESTAMP => '1970-01-01T00:00:00.000000+00:00'::TIMESTAMP_TZ) AS s`,
      `WHERE ${digest} IN ('00', 'ff')`,
      "GROUP BY 1",
    ].join("\n"),
  );
  expect(parseErasedCounts([["00", "2"]])).toEqual(new Map([["00", 2]]));
});

test("a source without erased rows is a query, of the moment too", () => {
  expect(planWithoutErased({ source }, [erased, { ...erased, digests: [] }])).toEqual({
    query: `SELECT s.*\nFROM "D"."S"."T" AS s\nWHERE ${digest} NOT IN ('00', 'ff')`,
  });
});
