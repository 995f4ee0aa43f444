import { expect, it } from "vitest";
import { placeOf, tokenize } from "./lexer.ts";

const values = (sql: string) =>
  tokenize(sql)
    .slice(0, -1)
    .map(({ kind, value }) => `${kind}:${value}`);

it("folds words, keeps quoted names, decodes strings and drops comments", () => {
  expect(values(`Select "a""B" /* x; ' */ -- y\n 'it''s \\n\\x41\\u00e9' // z`)).toEqual([
    "word:SELECT",
    'quoted:a"B',
    "string:it's \nAé",
  ]);
});

it("reads dollar quotes, positions, casts and numbers", () => {
  expect(values("$$a'b$$ $1 x::int 1.5e-3 .5 a=>b v:c")).toEqual([
    "string:a'b",
    "symbol:$1",
    "word:X",
    "symbol:::",
    "word:INT",
    "number:1.5e-3",
    "number:.5",
    "word:A",
    "symbol:=>",
    "word:B",
    "word:V",
    "symbol::",
    "word:C",
  ]);
});

it("refuses what is never closed, and says where", () => {
  expect(() => tokenize("SELECT\n 'open")).toThrow("line 2 at position 1");
  expect(() => tokenize('SELECT "open')).toThrow("position 7");
});

it("counts lines from one and positions from zero", () => {
  expect(placeOf("ab\ncd", 4)).toEqual({ line: 2, column: 1 });
});
