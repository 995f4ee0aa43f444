import fc from "fast-check";
import { expect, it } from "vitest";
import { decodeDataPath, encodeDataPath, isAbsoluteDataPath } from "./data-path.ts";

const relativeKey = fc.string({ unit: "grapheme" }).filter((text) => !text.startsWith("/"));

it("encodes what the key contains, and leaves partition folders readable", () => {
  expect(encodeDataPath("data/run=1/DATE=2026-11-22/part-0.parquet")).toBe("data/run=1/DATE=2026-11-22/part-0.parquet");
  expect(encodeDataPath("a%20b/c d/é#?")).toBe("a%2520b/c%20d/%C3%A9%23%3F");
});

it("gives any key back", () => {
  fc.assert(
    fc.property(relativeKey, (key) => {
      expect(decodeDataPath(encodeDataPath(key))).toBe(key);
    }),
  );
});

it("never takes an encoded key for an absolute URI", () => {
  fc.assert(
    fc.property(relativeKey, (text) => {
      expect(isAbsoluteDataPath(encodeDataPath(text))).toBe(false);
    }),
  );
  expect(isAbsoluteDataPath("s3://bucket/key")).toBe(true);
});

it("refuses a path that is not percent-encoded UTF-8", () => {
  expect(() => decodeDataPath("a%ff")).toThrow(/percent-encoded/);
});
