import { describe, expect, it } from "vitest";
import { printSeconds, readClockText, readTimeText } from "./clock-text.ts";

describe("text of a moment", () => {
  it.each([
    ["1970-01-01", 0n, null],
    ["1969-12-31 23:59:59.999999999", -1n, null],
    ["0001-01-01T00:00:00", -62_135_596_800_000_000_000n, null],
    ["9999-12-31 23:59:59.999999999Z", 253_402_300_799_999_999_999n, 0],
    ["2024-2-3 4:05 +5", 1_706_933_100_000_000_000n, 300],
    ["2024-02-03 04:05:06.1 -0730", 1_706_933_106_100_000_000n, -450],
  ])("%s", (text, nanos, offsetMinutes) => {
    expect(readClockText(text)).toEqual({ nanos, offsetMinutes });
  });

  it.each(["2024-02-30", "2024-13-01", "2024-01-01 24:00", "2024-01-01 10", "0000-01-01", "yesterday", ""])(
    "%s is none",
    (text) => {
      expect(readClockText(text)).toBeNull();
    },
  );

  it("prints seconds with nine digits on either side of 1970", () => {
    expect([0n, 1n, -1n, -1_500_000_000n, 1_000_000_000n].map(printSeconds)).toEqual([
      "0.000000000",
      "0.000000001",
      "-0.000000001",
      "-1.500000000",
      "1.000000000",
    ]);
  });

  it("reads a time of day", () => {
    expect(readTimeText("23:59:59.999999999")).toBe(86_399_999_999_999n);
    expect(readTimeText("2024-01-01")).toBeNull();
  });
});
