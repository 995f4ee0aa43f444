import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeRuns, decodeValidity } from "../read/runs.ts";
import { openDefinitionLevels } from "./levels.ts";
import { bitWidthOf, encodeRuns, maxRunBytes } from "./runs.ts";

function encode(values: readonly number[], bitWidth: number): Uint8Array {
  const bytes = new Uint8Array(maxRunBytes(values.length, bitWidth)).fill(0xee);
  const end = encodeRuns(Int32Array.from(values), values.length, bitWidth, { bytes, at: 0 });
  expect(end).toBeLessThanOrEqual(bytes.length);
  return bytes.slice(0, end);
}

/** Numbers below 2^width, in runs of every length. */
const numbers = fc.integer({ min: 0, max: 16 }).chain((width) =>
  fc.record({
    width: fc.constant(width),
    values: fc
      .array(fc.tuple(fc.nat(2 ** width - 1), fc.integer({ min: 1, max: 30 })), { maxLength: 60 })
      .map((runs) => runs.flatMap(([value, times]) => Array<number>(times).fill(value))),
  }),
);

describe("runs", () => {
  test("of any lengths and widths come back", () => {
    const property = fc.property(numbers, ({ width, values }) => {
      const bytes = encode(values, width);
      expect([...decodeRuns({ bytes, at: 0, end: bytes.length }, width, values.length)]).toEqual(values);
    });
    fc.assert(property, { numRuns: 1000 });
  });

  test("of one value take a few bytes", () => {
    expect(encode(Array(100_000).fill(5), 3)).toHaveLength(4);
    expect(encode(Array(100_000).fill(0), 0)).toHaveLength(3);
  });

  test("are bit-packed in whole groups of eight", () => {
    // Header of two groups, then 3 bits a value, least significant first, padded with zeros.
    expect([...encode([1, 2, 3, 4, 5, 6, 7, 0, 1], 3)]).toEqual([5, 0xd1, 0x58, 0x1f, 0x01, 0x00, 0x00]);
  });

  test("that are cut off are refused", () => {
    const bytes = encode([1, 2, 3, 4, 5, 6, 7, 0, 1], 3);
    for (let end = 0; end < 5; end++) expect(() => decodeRuns({ bytes, at: 0, end }, 3, 9)).toThrow(/ends inside/);
  });

  test("need as many bits as the highest number", () => {
    expect([0, 1, 2, 3, 4, 5, 256, 257, 65_536].map(bitWidthOf)).toEqual([0, 0, 1, 2, 2, 3, 8, 9, 16]);
  });
});

describe("definition levels", () => {
  test("appended in any pieces come back", () => {
    const property = fc.property(fc.array(fc.array(fc.boolean(), { maxLength: 40 }), { maxLength: 12 }), (pieces) => {
      const levels = openDefinitionLevels();
      for (const piece of pieces) {
        const bits = new Uint8Array((piece.length + 7) >> 3);
        piece.forEach((isValid, row) => {
          if (isValid) bits[row >> 3] = (bits[row >> 3] ?? 0) | (1 << (row & 7));
        });
        levels.append(piece.every(Boolean) ? undefined : bits, 0, piece.length);
      }
      const rows = pieces.flat();
      const nullCount = rows.filter((isValid) => !isValid).length;
      const bytes = new Uint8Array(levels.maxBytes());
      const end = levels.encode(bytes, 0, nullCount);
      expect(new DataView(bytes.buffer).getUint32(0, true)).toBe(end - 4);
      const found = decodeValidity({ bytes, at: 4, end }, rows.length);
      expect(found.nullCount).toBe(nullCount);
      if (found.bits)
        expect(rows.map((_, row) => (((found.bits?.[row >> 3] ?? 0) >> (row & 7)) & 1) === 1)).toEqual(rows);
    });
    fc.assert(property, { numRuns: 500 });
  });
});
