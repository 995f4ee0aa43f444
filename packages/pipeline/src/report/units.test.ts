import { describe, expect, test } from "vitest";
import {
  bytesText,
  countText,
  durationText,
  groupedText,
  instantText,
  percentText,
  rowsPerSecond,
  shortCountText,
} from "./units.ts";

describe("counts", () => {
  test.each([
    [0, "0"],
    [999, "999"],
    [1000, "1,000"],
    [3_000_000, "3,000,000"],
    [-12_345.678, "-12,345.68"],
    [Number.NaN, "–"],
  ])("%d is written %s", (value, text) => expect(countText(value)).toBe(text));

  test("a number held as text keeps every digit", () => {
    expect(groupedText("-12345678901234567890123456789012345678.50")).toBe(
      "-12,345,678,901,234,567,890,123,456,789,012,345,678.50",
    );
    expect(groupedText("2001-01-01")).toBe("2001-01-01");
  });

  test("an axis gets the short form", () => {
    expect([0, 950, 1200, 3_000_000, 999_999].map(shortCountText)).toEqual(["0", "950", "1.2 k", "3 M", "1 M"]);
  });
});

describe("bytes", () => {
  test.each([
    [0, "0 B"],
    [999, "999 B"],
    [1000, "1 kB"],
    [31_411_904, "31.4 MB"],
    [128_000_000, "128 MB"],
    [1.5e15, "1.5 PB"],
  ])("%d is written %s", (bytes, text) => expect(bytesText(bytes)).toBe(text));
});

describe("durations", () => {
  test.each([
    [0, "0 ms"],
    [12.4, "12 ms"],
    [999.6, "1 s"],
    [3400, "3.4 s"],
    [59_960, "1 min"],
    [125_000, "2 min 05 s"],
    [3_720_000, "1 h 02 min"],
    [Number.POSITIVE_INFINITY, "–"],
  ])("%d ms is written %s", (ms, text) => expect(durationText(ms)).toBe(text));
});

test("a part is never rounded to all or nothing", () => {
  expect(percentText(0, 10)).toBe("0 %");
  expect(percentText(10, 10)).toBe("100 %");
  expect(percentText(1, 1_000_000)).toBe("< 0.1 %");
  expect(percentText(999_999, 1_000_000)).toBe("> 99.9 %");
  expect(percentText(124, 30_000)).toBe("0.4 %");
  expect(percentText(0, 0)).toBe("–");
});

test("no time has no rate", () => {
  expect(rowsPerSecond(100, 0)).toBeNull();
  expect(rowsPerSecond(100, 250)).toBe(400);
});

test("an instant is in UTC whatever the machine's zone", () => {
  expect(instantText(0)).toBe("1970-01-01 00:00:00 UTC");
});
