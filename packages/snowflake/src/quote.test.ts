import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { quoteIdentifier, quotePath, quoteText } from "./quote.ts";

/** Reads one quoted piece at the start of a text by Snowflake's rules; gives back its value and what follows. */
function readQuoted(text: string, quote: '"' | "'"): { value: string; rest: string } {
  if (!text.startsWith(quote)) throw new Error("not quoted");
  let value = "";
  for (let at = 1; at < text.length; at++) {
    const char = text[at] ?? "";
    if (quote === "'" && char === "\\") {
      value += text[++at] ?? "";
    } else if (char === quote) {
      if (text[at + 1] !== quote) return { value, rest: text.slice(at + 1) };
      value += char;
      at++;
    } else value += char;
  }
  throw new Error("not closed");
}

const hostile = fc.oneof(
  fc.string({ unit: "binary", minLength: 1, maxLength: 255 }),
  fc.constantFrom(
    'a"b',
    "a'b",
    "x; DROP TABLE t; --",
    "/* */",
    "a\\",
    "\\'",
    '""',
    "a\nb",
    "$$",
    "é😀",
    "n".repeat(255),
  ),
);

describe("quoting", () => {
  it("keeps any name in one identifier, and exactly that name", () => {
    fc.assert(
      fc.property(hostile, (name) => {
        fc.pre(!name.includes("\0") && [...name].length <= 255);
        expect(readQuoted(`${quoteIdentifier(name)} AS x`, '"')).toEqual({ value: name, rest: " AS x" });
      }),
    );
  });

  it("keeps any text in one literal, and exactly that text", () => {
    fc.assert(
      fc.property(hostile, (text) => {
        fc.pre(!text.includes("\0"));
        expect(readQuoted(`${quoteText(text)} AND 1`, "'")).toEqual({ value: text, rest: " AND 1" });
      }),
    );
  });

  it("refuses what cannot be a name", () => {
    for (const name of ["", "n".repeat(256), "a\0b", "a\ud800"]) {
      expect(() => quoteIdentifier(name)).toThrow(expect.objectContaining({ code: "IDENTIFIER_INVALID" }));
    }
    expect(() => quoteText("a\0b")).toThrow(expect.objectContaining({ code: "PLAN_INVALID" }));
  });

  it("joins a path of exact names", () => {
    expect(quotePath("DB", "my schema", 'T"1')).toBe('"DB"."my schema"."T""1"');
  });
});
