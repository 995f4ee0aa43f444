import fc from "fast-check";
import { compressors } from "hyparquet-compressors";
import { describe, expect, test } from "vitest";
import { compressSnappy, decompressSnappy } from "./snappy.ts";

const snappyOf = compressors.SNAPPY;

/** Bytes with repetitions near and far, short and long. */
const repetitive = fc
  .array(fc.tuple(fc.uint8Array({ maxLength: 40 }), fc.integer({ min: 1, max: 400 })), { maxLength: 30 })
  .map((runs) => Buffer.concat(runs.flatMap(([bytes, times]) => Array(times).fill(bytes))));

describe("snappy", () => {
  test.each([
    ["nothing", new Uint8Array(0)],
    ["one byte", Uint8Array.of(7)],
    ["one byte many times", new Uint8Array(300_000).fill(1)],
    ["noise over several blocks", Uint8Array.from({ length: 200_000 }, (_, i) => Math.imul(i, 2_654_435_761) >>> 24)],
    [
      "a period longer than a short copy reaches",
      Uint8Array.from({ length: 150_000 }, (_, i) => Math.imul(i % 5000, 2_654_435_761) >>> 24),
    ],
  ])("%s comes back", (_, bytes) => {
    const compressed = compressSnappy(bytes);
    expect(Buffer.compare(decompressSnappy(compressed, bytes.length), bytes)).toBe(0);
    if (bytes.length > 0)
      expect(Buffer.compare(snappyOf?.(compressed, bytes.length) ?? new Uint8Array(0), bytes)).toBe(0);
  });

  test("anything comes back, by us and by another decoder", () => {
    const property = fc.property(fc.oneof(repetitive, fc.uint8Array({ maxLength: 3000 })), (bytes) => {
      const compressed = compressSnappy(bytes);
      expect(Buffer.compare(decompressSnappy(compressed, bytes.length), bytes)).toBe(0);
      if (bytes.length > 0)
        expect(Buffer.compare(snappyOf?.(compressed, bytes.length) ?? new Uint8Array(0), bytes)).toBe(0);
    });
    fc.assert(property, { numRuns: 300 });
  });

  test("repetition is found", () => {
    expect(compressSnappy(new Uint8Array(65_536).fill(3)).length).toBeLessThan(3500);
  });

  test("damaged bytes give PARQUET_CORRUPT or the announced length, never more memory", () => {
    const sound = compressSnappy(Buffer.from("abcabcabcabcabcabc".repeat(40)));
    const property = fc.property(fc.nat(sound.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
      const damaged = sound.slice();
      damaged[at] = (damaged[at] ?? 0) ^ change;
      try {
        expect(decompressSnappy(damaged, 720)).toHaveLength(720);
      } catch (error) {
        expect(error).toMatchObject({ code: "PARQUET_CORRUPT" });
      }
    });
    fc.assert(property, { numRuns: 1000 });
  });
});
