import { describe, expect, test } from "vitest";
import { bucketOf, planBuckets } from "./cursor-buckets.ts";
import { lakeCursor, wallClock } from "./lake-cursor.ts";

const micros = (text: string): bigint => BigInt(Date.parse(text)) * 1000n;

describe("the reading of a clock", () => {
  test.each([
    ["2026-03-29T00:59:59Z", "Europe/Zurich", "2026-03-29T01:59:59Z"],
    ["2026-03-29T01:00:00Z", "Europe/Zurich", "2026-03-29T03:00:00Z"],
    ["2026-10-25T01:00:00Z", "Europe/Zurich", "2026-10-25T02:00:00Z"],
    ["1969-12-31T23:59:59Z", "Asia/Kolkata", "1970-01-01T05:29:59Z"],
    ["2026-01-01T00:00:00Z", "UTC", "2026-01-01T00:00:00Z"],
  ])("at %s in %s is %s", (instant, zone, expected) => {
    expect(wallClock(micros(instant), zone)).toBe(micros(expected));
    expect(wallClock(micros(instant) + 1n, zone)).toBe(micros(expected) + 1n);
  });
});

describe("buckets", () => {
  test("of a time are the week before the end in quarters of a day, and all before", () => {
    const hi = micros("2026-11-23T12:30:00Z");
    const buckets = planBuckets("instant", hi, null);
    expect(buckets).toHaveLength(29);
    expect(buckets[0]).toEqual({ lo: null, hi: micros("2026-11-16T12:30:00Z") });
    expect(buckets.at(-1)).toEqual({ lo: micros("2026-11-23T06:30:00Z"), hi });
  });

  test.each([
    [1000n, -7n],
    [5n, 5n],
    [9_223_372_036_854_775_807n, -9_223_372_036_854_775_808n],
  ])("of a number up to %s reach from the least, %s, to the end without a gap", (hi, least) => {
    const buckets = planBuckets("number", hi, least);
    expect(buckets.length).toBeLessThanOrEqual(18);
    expect(buckets.at(-1)?.hi).toBe(hi);
    expect((buckets[0]?.hi ?? 0n) < least).toBe(true);
    for (const [index, { hi: end }] of buckets.slice(0, -1).entries()) expect(buckets[index + 1]?.lo).toBe(end);
  });

  test("hold their lower bound in time, and their upper bound for numbers", () => {
    expect([9n, 10n, 19n, 20n].map((value) => bucketOf(value, [10n, 20n], false))).toEqual([0, 1, 1, 2]);
    expect([9n, 10n, 11n, 20n, 21n].map((value) => bucketOf(value, [10n, 20n], true))).toEqual([0, 0, 1, 1, 2]);
  });
});

test("a bound of a number with digits behind the point is compared in the landed units", () => {
  const cursor = { column: "N", type: { kind: "number", precision: 10, scale: 2 } } as const;
  const type = { kind: "decimal", precision: 10, scale: 2 } as const;
  const landed = lakeCursor(cursor, { name: "N", type, nullable: true });
  expect(landed?.landed(5n)).toBe(500n);
  expect(landed?.before(5n)).toEqual({ kind: "compare", column: "N", operator: "<=", value: "5" });
});

test("a cursor that lands as text has no order here", () => {
  const cursor = { column: "T", type: { kind: "timestamp_ltz", scale: 9 } } as const;
  expect(lakeCursor(cursor, { name: "T", type: { kind: "string" }, nullable: true })).toBeUndefined();
});
