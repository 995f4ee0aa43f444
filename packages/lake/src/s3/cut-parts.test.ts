import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cutParts } from "./cut-parts.ts";

describe("a body in parts", () => {
  it("is the same bytes, all parts but the last of the size asked for, and only the last says so", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ maxLength: 30 }), { maxLength: 12 }),
        fc.integer({ min: 1, max: 20 }),
        fc.boolean(),
        async (chunks, partBytes, isStream) => {
          const whole = Buffer.concat(chunks);
          const parts = [];
          for await (const { bytes, isLast } of cutParts(isStream ? reusing(chunks) : whole, partBytes)) {
            parts.push({ bytes: Buffer.from(bytes), isLast });
          }
          expect(Buffer.concat(parts.map(({ bytes }) => bytes))).toEqual(whole);
          expect(parts.map(({ isLast }) => isLast)).toEqual(parts.map((_, at) => at === parts.length - 1));
          expect(parts).toHaveLength(Math.max(1, Math.ceil(whole.byteLength / partBytes)));
          for (const { bytes } of parts.slice(0, -1)) expect(bytes.byteLength).toBe(partBytes);
        },
      ),
    );
  });

  it("ends the body's own clean-up when it is left early", async () => {
    let isEnded = false;
    async function* body(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) yield new Uint8Array(10);
      } finally {
        isEnded = true;
      }
    }
    for await (const _ of cutParts(body(), 15)) break;
    expect(isEnded).toBe(true);
  });
});

/** Chunks out of one buffer, which holds the next one by the time the last is looked at. */
async function* reusing(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  const buffer = new Uint8Array(30);
  for (const chunk of chunks) {
    buffer.fill(0).set(chunk);
    yield buffer.subarray(0, chunk.byteLength);
  }
}
