import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decimalText, valueText } from "./value-text.ts";

describe("valueText", () => {
  it("shows dates and times in ISO form, before the epoch and at the ends of the calendar too", () => {
    const at = (value: bigint, utc = true) => valueText({ kind: "timestamp", unit: "us", utc }, value);
    expect(at(0n)).toBe("1970-01-01T00:00:00.000000Z");
    expect(at(-1n)).toBe("1969-12-31T23:59:59.999999Z");
    expect(at(253_402_300_799_999_999n, false)).toBe("9999-12-31T23:59:59.999999");
    expect(at(-62_135_596_800_000_000n)).toBe("0001-01-01T00:00:00.000000Z");
    expect(valueText({ kind: "timestamp", unit: "ns", utc: true }, 1n)).toBe("1970-01-01T00:00:00.000000001Z");
    expect(valueText({ kind: "date" }, -719_162)).toBe("0001-01-01");
    expect(valueText({ kind: "date" }, 2 ** 31 - 1)).toBe("5881580-07-11");
    expect(valueText({ kind: "date" }, -(2 ** 31))).toBe("-5877641-06-23");
    expect(valueText({ kind: "time", unit: "us" }, 86_399_999_999n)).toBe("23:59:59.999999");
  });

  it("agrees with the platform's own dates", () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date(-62_135_596_800_000), max: new Date(253_402_300_799_999), noInvalidDate: true }),
        (date) => {
          const shown = valueText({ kind: "timestamp", unit: "us", utc: true }, BigInt(date.getTime()) * 1000n);
          expect(shown).toBe(date.toISOString().replace("Z", "000Z"));
        },
      ),
    );
  });

  it("shows decimals with every digit", () => {
    expect(decimalText(-1250n, 2)).toBe("-12.50");
    expect(decimalText(-5n, 2)).toBe("-0.05");
    expect(decimalText(0n, 3)).toBe("0.000");
    expect(decimalText(10n ** 38n - 1n, 0)).toBe("9".repeat(38));
    expect(valueText({ kind: "decimal", precision: 4, scale: 2 }, 105)).toBe("1.05");
  });

  it("shows the rest plainly", () => {
    expect(valueText({ kind: "string" }, "a\nb")).toBe("a\nb");
    expect(valueText({ kind: "binary" }, Uint8Array.of(0, 255))).toBe("00FF");
    expect(valueText({ kind: "boolean" }, false)).toBe("false");
    expect(valueText({ kind: "float64" }, Number.NaN)).toBe("NaN");
    expect(valueText({ kind: "int64" }, null)).toBe("NULL");
  });
});
