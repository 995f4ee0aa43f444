import fc from "fast-check";
import { expect, test } from "vitest";
import { parseExactJson, toExactJson } from "./exact-json.ts";

const plain = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.bigInt(),
    fc.double(),
    fc.constantFrom(Number.NaN, Number.NEGATIVE_INFINITY, -0, undefined, null, true),
    fc.string({ unit: "binary" }),
    fc.uint8Array(),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom("a", "$", "$bigint", "$bytes", "$object", "$undefined", "__proto__"), tie("value"), {
      maxKeys: 3,
      noNullPrototype: true,
    }),
  ),
})).value;

test("comes back as it was, through bytes", () => {
  fc.assert(
    fc.property(plain, (data) => {
      const bytes = new TextEncoder().encode(toExactJson(data));
      expect(parseExactJson(new TextDecoder().decode(bytes), "here")).toStrictEqual(data);
    }),
    { numRuns: 500 },
  );
});

test("refuses what is no plain data, and text that it did not write", () => {
  expect(() => toExactJson({ at: new Date(0) })).toThrow(TypeError);
  expect(() => toExactJson([() => 1])).toThrow(TypeError);
  for (const text of ["", "{", '{"$foreign":1}', '{"$bigint":"x"}'])
    expect(() => parseExactJson(text, "attempts/a/landed.json")).toThrow(/attempts\/a\/landed\.json/);
});
