import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { clip, displayWidth, padEnd, padStart } from "./display-width.ts";
import { openPaint } from "./paint.ts";
import { printable } from "./printable.ts";
import { tableText } from "./table.ts";
import { wrap } from "./wrap.ts";

describe("display width", () => {
  test.each([
    ["flights", 7],
    ["é", 1],
    ["e\u0301", 1],
    ["日本", 4],
    ["🛫", 2],
    ["👩‍🚀", 2],
    ["\u001b[32mok\u001b[39m", 2],
    ["━━─", 3],
  ])("%j takes %d columns", (text, width) => expect(displayWidth(text)).toBe(width));

  test("a clipped text is never wider than asked for, and whole where it fits", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 30 }), fc.integer({ min: 1, max: 30 }), (text, columns) => {
        const clipped = clip(text, columns);
        expect(displayWidth(clipped)).toBeLessThanOrEqual(columns);
        if (displayWidth(text) <= columns) expect(clipped).toBe(text);
      }),
    );
  });

  test("padding counts columns, not characters", () => {
    expect(padEnd("日本", 5)).toBe("日本 ");
    expect(padStart("\u001b[2mx\u001b[22m", 3)).toBe("  \u001b[2mx\u001b[22m");
  });
});

test("a table lines up its columns, colours or not", () => {
  const columns = [{ title: "name" }, { title: "rows", align: "right" }] as const;
  const rows = [
    ["flights", "3,000,000"],
    ["日本", "7"],
  ];
  expect(tableText(columns, rows, openPaint(false))).toBe(
    "name          rows\nflights  3,000,000\n日本             7\n",
  );
  expect(tableText(columns, rows, openPaint(true))).toContain("\u001b[2mname          rows\u001b[22m\n");
});

test("wrapping breaks at spaces, keeps indentation and lines, and leaves a long word whole", () => {
  expect(wrap("one two three four five six\n  - seven eight nine ten eleven", 20)).toBe(
    "one two three four\nfive six\n  - seven eight nine\n  ten eleven",
  );
  expect(wrap("https://a-very-long-address.example.com/x y", 20)).toBe("https://a-very-long-address.example.com/x\ny");
});

test("text from outside cannot act on the terminal", () => {
  expect(printable("a\u001b[2Jb\r\u0007\u202ec\nd\te")).toBe("a\\u001b[2Jb\\u000d\\u0007\\u202ec\nd\te");
});
