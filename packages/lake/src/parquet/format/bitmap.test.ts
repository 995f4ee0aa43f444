import fc from "fast-check";
import { expect, test } from "vitest";
import { copyBits, setBits } from "./bitmap.ts";

const bit = (bytes: Uint8Array, at: number): number => ((bytes[at >> 3] ?? 0) >> (at & 7)) & 1;

test("bits are copied from anywhere to anywhere, and nothing beyond them is touched", () => {
  const property = fc.property(
    fc.uint8Array({ minLength: 20, maxLength: 20 }),
    fc.nat(60),
    fc.nat(60),
    fc.nat(90),
    (from, fromBit, toBit, count) => {
      const to = new Uint8Array(20);
      copyBits(from, fromBit, to, toBit, count);
      for (let at = 0; at < 160; at++) {
        const inside = at >= toBit && at < toBit + count;
        expect(bit(to, at), `bit ${at}`).toBe(inside ? bit(from, fromBit + at - toBit) : 0);
      }
    },
  );
  fc.assert(property, { numRuns: 500 });
});

test("bits are set from anywhere, and nothing else is", () => {
  const property = fc.property(fc.nat(60), fc.nat(90), (toBit, count) => {
    const to = new Uint8Array(20);
    setBits(to, toBit, count);
    for (let at = 0; at < 160; at++) expect(bit(to, at)).toBe(Number(at >= toBit && at < toBit + count));
  });
  fc.assert(property, { numRuns: 500 });
});
