import fc from "fast-check";
import { expect, it } from "vitest";
import { JsonNumber, numberText, parseExactJson, toExactJson } from "./exact-json.ts";

it("keeps every digit of numbers that JavaScript numbers do not hold", () => {
  const text =
    '{"long":9223372036854775807,"low":-9223372036854775808,"decimal":12345678901234567890.12345678901234567800}';
  expect(parseExactJson(text)).toEqual({
    long: 9223372036854775807n,
    low: -9223372036854775808n,
    decimal: new JsonNumber("12345678901234567890.12345678901234567800"),
  });
  expect(toExactJson(parseExactJson(text))).toBe(text);
});

it("gives plain numbers where nothing is lost", () => {
  expect(parseExactJson('[0,-1,1.5,9007199254740991,true,null,"9007199254740993"]')).toEqual([
    0,
    -1,
    1.5,
    9007199254740991,
    true,
    null,
    "9007199254740993",
  ]);
});

it("does not take a number that prints alike for the same", () => {
  expect(parseExactJson("[133618707515129400,-10163923911082596]")).toEqual([133618707515129400n, -10163923911082596n]);
});

it("prints any number as it was written", () => {
  const digits = fc.stringMatching(/^-?(0|[1-9]\d{0,40})(\.\d{1,40})?([eE][+-]?\d{1,3})?$/);
  fc.assert(
    fc.property(digits, (text) => {
      expect(toExactJson({ a: parseExactJson(text) })).toBe(`{"a":${text}}`);
      expect(numberText(parseExactJson(text))).toBe(text);
    }),
    { examples: [["-0"], ["0.0"], ["1e400"], ["9007199254740993"]] },
  );
});

it("keeps a column named __proto__", () => {
  expect(toExactJson(parseExactJson('{"__proto__":1,"constructor":2}'))).toBe('{"__proto__":1,"constructor":2}');
});
