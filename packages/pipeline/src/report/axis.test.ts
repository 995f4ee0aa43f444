import fc from "fast-check";
import { expect, test } from "vitest";
import { linearAxis, timeAxis } from "./axis.ts";

test("steps are round and the axis ends at or above the largest value", () => {
  expect(linearAxis(3_000_000, [100, 0]).ticks).toEqual([0, 1_000_000, 2_000_000, 3_000_000]);
  expect(linearAxis(31.4, [100, 0]).ticks).toEqual([0, 10, 20, 30, 40]);
  expect(linearAxis(0, [100, 0]).ticks.length).toBeGreaterThan(1);
});

test("time steps are those of a clock, and the axis ends where the data does", () => {
  expect(timeAxis(20_600, [0, 100]).ticks).toEqual([0, 10_000, 20_000]);
  expect(timeAxis(90_000, [0, 100]).ticks).toEqual([0, 30_000, 60_000, 90_000]);
  expect(timeAxis(20_600, [0, 100]).at(20_600)).toBe(100);
});

test("every value of the data has a place inside the range", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (largest, share) => {
        const axis = linearAxis(largest, [200, 10]);
        const at = axis.at(largest * share);
        expect(axis.max).toBeGreaterThanOrEqual(largest * (1 - 1e-9));
        expect(at).toBeGreaterThanOrEqual(10);
        expect(at).toBeLessThanOrEqual(200);
        expect(axis.ticks.length).toBeLessThan(12);
      },
    ),
  );
});
