import fc from "fast-check";
import { expect, test } from "vitest";
import { maxBatchBytes, messageBytes, planBatches } from "./message-batches.ts";

test("a request has at most ten messages and 1 MiB, and no message is lost or turned around", () => {
  const message = fc.record({
    body: fc.nat({ max: 600_000 }).map((size) => "é".repeat(size / 2)),
    attributes: fc.dictionary(fc.string({ minLength: 1, maxLength: 5 }), fc.string({ maxLength: 5 }), { maxKeys: 3 }),
  });
  fc.assert(
    fc.property(fc.array(message, { maxLength: 30 }), (messages) => {
      const batches = planBatches(messages);
      expect(batches.flat()).toEqual(messages);
      for (const batch of batches) {
        expect(batch.length).toBeLessThanOrEqual(10);
        const bytes = batch.reduce((sum, one) => sum + messageBytes(one), 0);
        expect(bytes).toBeLessThanOrEqual(maxBatchBytes);
      }
    }),
    { numRuns: 50 },
  );
});

test("what SQS counts of a message is bytes, of names and types too", () => {
  expect(messageBytes({ body: "é", attributes: { ab: "ü" } })).toBe(2 + 2 + "String".length + 2);
});
