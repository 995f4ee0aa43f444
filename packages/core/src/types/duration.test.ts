import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ByteSize } from "./byte-size.ts";
import { Duration, durationMs, durationText } from "./duration.ts";

describe("a duration", () => {
  it.each([
    ["10 minutes", 600_000, "10 minutes"],
    ["600 seconds", 600_000, "10 minutes"],
    ["1 day", 86_400_000, "1 day"],
    ["36 hours", 129_600_000, "36 hours"],
    ["1.5 hours", 5_400_000, "90 minutes"],
    ["0 seconds", 0, "0 seconds"],
    ["0 days", 0, "0 seconds"],
    ["250 milliseconds", 250, "250 milliseconds"],
    ["0.1 seconds", 100, "100 milliseconds"],
  ] as const)("%s is %d ms, and %s in normal form", (text, ms, normal) => {
    expect(durationMs(text)).toBe(ms);
    expect(Duration.parse(text)).toBe(normal);
  });

  it("is the same after its normal form", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10 ** 12 }), (ms) => {
        expect(durationMs(durationText(ms))).toBe(ms);
        expect(Duration.parse(durationText(ms))).toBe(durationText(ms));
      }),
    );
  });

  it.each([
    "10 minuts",
    "10",
    "minutes",
    "-1 minutes",
    "10minutes",
    "1e3 seconds",
    "0.5 milliseconds",
    "9e99 days",
    600,
    null,
    "",
  ])("%j is refused, saying what is expected", (wrong) => {
    expect(Duration.safeParse(wrong).error?.issues[0]?.message).toMatch(/^expected a duration such as "10 minutes"/);
  });
});

describe("a size", () => {
  it.each([
    ["128 MB", 128_000_000],
    ["128 MiB", 134_217_728],
    ["1.5 KiB", 1536],
    ["512 B", 512],
    ["4.35 KB", 4350],
    ["2 GB", 2_000_000_000],
    [4096, 4096],
  ] as const)("%j is %d bytes", (written, bytes) => {
    expect(ByteSize.parse(written)).toBe(bytes);
  });

  it.each(["128MB", "128 mb", "128", "0 B", "1.5 B", "-1 MB", 0, -5, 1.5, null])(
    "%j is refused, saying what is expected",
    (wrong) => {
      expect(ByteSize.safeParse(wrong).error?.issues[0]?.message).toMatch(/^expected a size such as "128 MB"/);
    },
  );
});
