import type { LandType } from "@snowmelt/core/types";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { lowerBound, mergeRanges, upperBound } from "./bound.ts";

const text: LandType = { kind: "string" };
const binary: LandType = { kind: "binary" };
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

describe("cut bounds", () => {
  test("of text enclose it, are UTF-8, and are exact only when whole", () => {
    const property = fc.property(
      fc.string({ unit: "binary", maxLength: 30 }),
      fc.integer({ min: 1, max: 20 }),
      (value, maxBytes) => {
        const bytes = Buffer.from(value.toWellFormed());
        const low = lowerBound(text, bytes, maxBytes);
        const high = upperBound(text, bytes, maxBytes);
        expect(Buffer.compare(low.value as Uint8Array, bytes)).toBeLessThanOrEqual(0);
        expect(() => utf8.decode(low.value as Uint8Array)).not.toThrow();
        expect(low.exact).toBe(bytes.length <= maxBytes);
        if (!high) return;
        expect(Buffer.compare(high.value as Uint8Array, bytes)).toBeGreaterThanOrEqual(0);
        expect(() => utf8.decode(high.value as Uint8Array)).not.toThrow();
        expect(high.exact).toBe(bytes.length <= maxBytes);
      },
    );
    fc.assert(property, { numRuns: 1000 });
  });

  test("of binary enclose it", () => {
    const property = fc.property(
      fc.uint8Array({ maxLength: 30 }),
      fc.integer({ min: 1, max: 20 }),
      (bytes, maxBytes) => {
        expect(Buffer.compare(lowerBound(binary, bytes, maxBytes).value as Uint8Array, bytes)).toBeLessThanOrEqual(0);
        const high = upperBound(binary, bytes, maxBytes);
        if (high) expect(Buffer.compare(high.value as Uint8Array, bytes)).toBeGreaterThanOrEqual(0);
      },
    );
    fc.assert(property, { numRuns: 1000 });
  });

  test("skip the surrogates, which UTF-8 does not have", () => {
    expect(upperBound(text, Buffer.from("\ud7ffabc"), 3)?.value).toEqual(new Uint8Array(Buffer.from("\ue000")));
  });

  test("are absent where nothing short lies above", () => {
    expect(upperBound(binary, new Uint8Array(10).fill(0xff), 4)).toBeUndefined();
    expect(upperBound(text, Buffer.from("\u{10ffff}\u{10ffff}"), 4)).toBeUndefined();
    expect(upperBound(binary, Uint8Array.of(1, 0xff, 0xff, 0xff, 0xff), 4)?.value).toEqual(Uint8Array.of(2));
  });
});

describe("merged ranges", () => {
  const exact = (value: number) => ({ value, exact: true });

  test("take the outer bounds", () => {
    const merged = mergeRanges({ min: exact(1), max: exact(5) }, { min: exact(-2), max: exact(3) });
    expect(merged).toEqual({ min: exact(-2), max: exact(5) });
  });

  test("have no maximum once one has none", () => {
    expect(mergeRanges({ min: exact(1), max: undefined }, { min: exact(2), max: exact(3) })?.max).toBeUndefined();
  });

  test("are exact where equal bounds are, one of them reached", () => {
    const cut = { value: 5, exact: false };
    expect(mergeRanges({ min: exact(1), max: cut }, { min: exact(1), max: exact(5) })?.max).toEqual(exact(5));
    expect(mergeRanges({ min: exact(1), max: cut }, { min: exact(1), max: exact(4) })?.max).toEqual(cut);
  });

  test("of nothing and something are the something", () => {
    const some = { min: exact(1), max: exact(5) };
    expect(mergeRanges(undefined, some)).toEqual(some);
    expect(mergeRanges(some, undefined)).toEqual(some);
    expect(mergeRanges(undefined, undefined)).toBeUndefined();
  });
});
