import { expect, test } from "vitest";
import { parseCursorCounts, planCursorCounts } from "./plan-cursor-counts.ts";

const source = { table: { database: "D", schema: "S", name: "T" } };

test("windows are counted in one scan, as of a moment", () => {
  const cursor = { column: "AT", type: { kind: "timestamp_ltz", scale: 9 } } as const;
  const instant = (micros: bigint) => ({ kind: "instant", micros }) as const;
  const { sql } = planCursorCounts({
    source,
    cursor,
    windows: [{ hi: instant(0n) }, { lo: instant(0n), hi: instant(1_000_000n) }],
    atMicros: 2_000_000n,
  });
  expect(sql).toBe(`SELECT
  TO_VARCHAR(COUNT(*)) AS "C0",
  TO_VARCHAR(COUNT(s."AT")) AS "C1",
  TO_VARCHAR(COUNT_IF(s."AT" < '1970-01-01T00:00:00.000000+00:00'::TIMESTAMP_TZ)) AS "C2",
  TO_VARCHAR(COUNT_IF(s."AT" >= '1970-01-01T00:00:00.000000+00:00'::TIMESTAMP_TZ AND s."AT" < '1970-01-01T00:00:01.000000+00:00'::TIMESTAMP_TZ)) AS "C3"
FROM "D"."S"."T" AT(TIMESTAMP => '1970-01-01T00:00:02.000000+00:00'::TIMESTAMP_TZ) AS s`);
});

test("an answer of another shape is refused", () => {
  const windows = [{ hi: { kind: "number", digits: "5" } }] as const;
  expect(parseCursorCounts([["9", "8", "7"]], { windows })).toEqual({ rowCount: 9n, cursorCount: 8n, counts: [7n] });
  expect(() => parseCursorCounts([["9", "8"]], { windows })).toThrow("Expected one row of 3 counts");
  expect(() => parseCursorCounts([], { windows })).toThrow("got 0");
});
