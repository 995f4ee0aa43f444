import type { Cursor } from "@snowmelt/snowflake";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkBackfillId, checkReach, defaultBackfillId, planSlices } from "./plan-backfill.ts";

const number: Cursor = { column: "ID", type: { kind: "number", precision: 38, scale: 0 } };
const date: Cursor = { column: "DAY", type: { kind: "date" } };
const time: Cursor = { column: "AT", type: { kind: "timestamp_ltz", scale: 6 } };
const micros = (text: string): string => String(BigInt(Date.parse(text)) * 1000n);

describe("the slices of a range", () => {
  test("of numbers hold both ends, and each number once", () => {
    expect(planSlices({ lo: "1", hi: "10", slices: 3 }, number)).toEqual([
      { lo: "0", hi: "3" },
      { lo: "3", hi: "6" },
      { lo: "6", hi: "10" },
    ]);
  });

  test("of time end before the end, and the last may be shorter", () => {
    expect(planSlices({ lo: "2026-01-01", hi: "2026-01-03T12:00Z", every: "1 day" }, time)).toEqual([
      { lo: micros("2026-01-01T00:00:00Z"), hi: micros("2026-01-02T00:00:00Z") },
      { lo: micros("2026-01-02T00:00:00Z"), hi: micros("2026-01-03T00:00:00Z") },
      { lo: micros("2026-01-03T00:00:00Z"), hi: micros("2026-01-03T12:00:00Z") },
    ]);
  });

  test("of days are cut at days", () => {
    expect(planSlices({ lo: "2026-01-01", hi: "2026-01-06", slices: 2 }, date)).toEqual([
      { lo: micros("2026-01-01T00:00:00Z"), hi: micros("2026-01-03T00:00:00Z") },
      { lo: micros("2026-01-03T00:00:00Z"), hi: micros("2026-01-06T00:00:00Z") },
    ]);
  });

  test("are fewer where there are not so many values", () => {
    expect(planSlices({ lo: "5", hi: "6", slices: 9 }, number)).toHaveLength(2);
  });

  test("touch one another and none is empty, for any range and number", () => {
    const any = fc.bigInt({ min: -(2n ** 62n), max: 2n ** 62n });
    fc.assert(
      fc.property(any, fc.bigInt({ min: 0n, max: 2n ** 61n }), fc.integer({ min: 1, max: 300 }), (lo, more, slices) => {
        const windows = planSlices({ lo: String(lo), hi: String(lo + more), slices }, number);
        expect(windows[0]?.lo).toBe(String(lo - 1n));
        expect(windows.at(-1)?.hi).toBe(String(lo + more));
        for (const [index, window] of windows.entries()) {
          expect(BigInt(window.lo)).toBeLessThan(BigInt(window.hi));
          if (index > 0) expect(window.lo).toBe(windows[index - 1]?.hi);
        }
      }),
    );
  });

  test.each([
    [{ lo: "2", hi: "1" }, number, "is empty"],
    [{ lo: "2026-01-01", hi: "2026-01-01" }, time, "is empty"],
    [{ lo: "1.5", hi: "3" }, number, "a whole number of 64 bits"],
    [{ lo: "2026-02-30", hi: "2026-03-01" }, date, "a day such as"],
    [{ lo: "2026-01-01T00:00", hi: "2026-03-01" }, date, "a day such as"],
    [{ lo: "yesterday", hi: "2026-03-01" }, time, "or a moment such as"],
    [{ lo: "2026-01-01T24:00", hi: "2026-03-01" }, time, "or a moment such as"],
    [{ lo: "1", hi: "9", every: "1 day" }, number, "say how many slices"],
    [{ lo: "2026-01-01", hi: "2026-01-09", every: "1 hour" }, date, "cut at whole days"],
    [{ lo: "2026-01-01", hi: "2026-01-09", every: "0 seconds" }, time, "a length above 0"],
    [{ lo: "2026-01-01", hi: "2026-01-09", every: "1 second" }, time, "691200 slices"],
    [{ lo: "2026-01-01", hi: "2026-01-09", every: "1 day", slices: 2 }, time, "not both"],
    [{ lo: "1", hi: "9", slices: 0 }, number, "1 to 10000 slices"],
  ] as const)("%j is refused", (range, cursor, why) => {
    expect(() => planSlices(range, cursor)).toThrow(why);
  });
});

test("moments are read with their offset and to the microsecond", () => {
  const [window] = planSlices({ lo: "2026-01-01 01:00:00.000001+01:00", hi: "2026-01-01T00:00:00.5Z" }, time);
  expect(window).toEqual({
    lo: String(BigInt(micros("2026-01-01T00:00:00Z")) + 1n),
    hi: micros("2026-01-01T00:00:00.500Z"),
  });
});

test("a range that reaches where rows may still come is refused, with where it may end", () => {
  const windows = planSlices({ lo: "1", hi: "10" }, number);
  expect(() => checkReach(windows, 10n, number)).not.toThrow();
  expect(() => checkReach(windows, 9n, number)).toThrow("it has to end at 9 or before");
  expect(() => checkReach(windows, undefined, number)).toThrow("no value at all");
  const days = planSlices({ lo: "2026-01-01", hi: "2026-01-02" }, time);
  expect(() => checkReach(days, BigInt(micros("2026-01-01T23:00:00Z")), time)).toThrow("2026-01-01T23:00:00.000000Z");
});

test("the id that follows from a backfill is another for other bounds, slices, cursors and columns", () => {
  const windows = planSlices({ lo: "1", hi: "10" }, number);
  const facts = {
    readBy: "cursor",
    windows,
    fields: [{ name: "ID", type: { kind: "int64" }, nullable: false }],
  } as const;
  const ids = [
    facts,
    { ...facts, windows: planSlices({ lo: "1", hi: "11" }, number) },
    { ...facts, windows: planSlices({ lo: "1", hi: "10", slices: 2 }, number) },
    { ...facts, readBy: "another" },
    { ...facts, fields: [...facts.fields, { name: "X", type: { kind: "string" }, nullable: true } as const] },
  ].map(defaultBackfillId);
  expect(new Set(ids).size).toBe(5);
  expect(defaultBackfillId({ ...facts })).toBe(ids[0]);
  expect(ids.map(checkBackfillId)).toEqual(ids);
});

test.each(["", "a/b", "../x", "-x", "a b", "x".repeat(65)])("%j cannot name a backfill", (id) => {
  expect(() => checkBackfillId(id)).toThrow("cannot be used");
});
