import { isSnowmeltError } from "@snowmelt/core/errors";
import { type ColumnOverride, type LandTarget, planLanding, type Value, valueAt } from "@snowmelt/core/types";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { planExtract } from "../plan-extract.ts";
import { decodeCells, openDecoder } from "./open-decoder.ts";

const table = { database: "DB", schema: "PUBLIC", name: "T" };

/** Lands a column's texts and gives back every landed column's values. */
function land(
  type: string,
  texts: readonly (string | null)[],
  override?: ColumnOverride,
  target: LandTarget = "delta",
) {
  const landed = planLanding([["C", type]], override ? { C: override } : {}, target);
  const plan = planExtract({ source: { table }, landed });
  const batch = decodeCells(
    texts.map((text) => [text]),
    plan,
  );
  const columns: Record<string, Value[]> = {};
  for (const [index, field] of batch.fields.entries()) {
    const vector = batch.columns[index];
    if (vector) columns[field.name] = texts.map((_, row) => valueAt(field.type, vector, row));
  }
  return columns;
}

const values = (...args: Parameters<typeof land>): Value[] | undefined => land(...args).C;

function refusal(run: () => unknown): { code: string; message: string } {
  try {
    run();
  } catch (error) {
    if (isSnowmeltError(error)) return { code: error.code, message: error.message };
    throw error;
  }
  throw new Error("nothing was refused");
}

describe("numbers", () => {
  it("lands every 64-bit integer exactly", () => {
    fc.assert(
      fc.property(fc.array(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })), (numbers) => {
        expect(values("NUMBER(38,0)", numbers.map(String), { kind: "integer" })).toEqual(numbers);
      }),
    );
  });

  it("lands integers at every number of digits and every power of two", () => {
    const edges = Array.from({ length: 63 }, (_, power) => 2n ** BigInt(power)).flatMap((n) => [n - 1n, n, n + 1n]);
    const tens = Array.from({ length: 19 }, (_, power) => 10n ** BigInt(power)).flatMap((n) => [n - 1n, n, n + 1n]);
    const all = [...edges, ...tens].filter((n) => n < 2n ** 63n).flatMap((n) => [n, -n]);
    expect(values("NUMBER(38,0)", all.map(String), { kind: "integer" })).toEqual(all);
  });

  it("refuses integers beyond 64 bits, naming column, row and value", () => {
    const tooLarge = refusal(() => values("NUMBER(38,0)", ["1", "9223372036854775808"], { kind: "integer" }));
    expect(tooLarge.code).toBe("VALUE_OUT_OF_RANGE");
    expect(tooLarge.message).toContain('Column "C", row 1: "9223372036854775808" does not fit int64 exactly');
    expect(refusal(() => values("NUMBER(38,0)", ["-9223372036854775809"], { kind: "integer" })).code).toBe(
      "VALUE_OUT_OF_RANGE",
    );
  });

  it("takes a fraction of zeros for a whole number and refuses any other", () => {
    expect(values("NUMBER(10,2)", ["12.00", "-0.00"], { kind: "integer" })).toEqual([12n, 0n]);
    expect(refusal(() => values("NUMBER(10,2)", ["12.50"], { kind: "integer" })).message).toContain(
      "not a whole number",
    );
  });

  it("lands decimals of every precision and scale exactly", () => {
    const decimals = fc
      .integer({ min: 1, max: 38 })
      .chain((precision) =>
        fc
          .integer({ min: 0, max: precision })
          .chain((scale) =>
            fc
              .array(fc.bigInt({ min: -(10n ** BigInt(precision)) + 1n, max: 10n ** BigInt(precision) - 1n }))
              .map((unscaled) => ({ precision, scale, unscaled })),
          ),
      );
    fc.assert(
      fc.property(decimals, ({ precision, scale, unscaled }) => {
        const landed = values(
          `NUMBER(${precision},${scale})`,
          unscaled.map((value) => decimalText(value, scale)),
          { kind: "decimal", precision, scale },
        );
        expect(landed?.map((value) => BigInt(String(value)))).toEqual(unscaled);
      }),
    );
  });

  it("lands a decimal whose text has fewer digits after the point than its scale", () => {
    expect(values("NUMBER(9,4)", ["1.5", "2", "-.25", "0"])).toEqual([15_000, 20_000, -2500, 0]);
  });

  it("refuses a decimal that would lose a digit or has too many", () => {
    expect(refusal(() => values("NUMBER(9,4)", ["1.23456"])).message).toContain("at most 4 digits after the point");
    expect(refusal(() => values("NUMBER(4,2)", ["123.45"])).message).toContain("more than 4 digits");
    expect(refusal(() => values("NUMBER(38,0)", ["1".repeat(39)])).message).toContain("more than 38 digits");
    expect(refusal(() => values("NUMBER(9,2)", ["1.2.3"])).code).toBe("VALUE_OUT_OF_RANGE");
    expect(refusal(() => values("NUMBER(9,2)", [""])).code).toBe("VALUE_OUT_OF_RANGE");
  });

  it("reads a DECFLOAT's exponent when it is narrowed to a decimal", () => {
    const narrowed = { kind: "decimal", precision: 20, scale: 3 } as const;
    expect(values("DECFLOAT", ["1.5e10", "25E-3", "-1e+2"], narrowed)).toEqual([15_000_000_000_000n, 25n, -100_000n]);
    expect(refusal(() => values("DECFLOAT", ["1e6144"], narrowed)).code).toBe("VALUE_OUT_OF_RANGE");
    expect(refusal(() => values("DECFLOAT", ["1e-6143"], narrowed)).code).toBe("VALUE_OUT_OF_RANGE");
  });

  it("lands every double from 17 digits, with NaN, infinities and negative zero", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ noNaN: true, noDefaultInfinity: true })), (doubles) => {
        expect(
          values(
            "FLOAT",
            doubles.map((value) => `${Object.is(value, -0) ? "-" : ""}${value.toExponential(16)}`),
          ),
        ).toEqual(doubles);
      }),
    );
    expect(values("FLOAT", ["NaN", "inf", "-inf", "-0e0", "1.7976931348623157E+308", "5e-324"])).toEqual([
      Number.NaN,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      -0,
      Number.MAX_VALUE,
      Number.MIN_VALUE,
    ]);
  });

  it("lands every double from 15 digits and what they leave out", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ noNaN: true, noDefaultInfinity: true, max: 1e308, min: -1e308 })), (doubles) => {
        const texts = doubles.map((value) => {
          const text = `${Object.is(value, -0) ? "-" : ""}${value.toExponential(14)}`;
          const rest = value - Number(text);
          return rest === 0 ? text : `${text} ${rest.toExponential(14)}`;
        });
        expect(values("FLOAT", texts)).toEqual(doubles);
      }),
      { numRuns: 1000 },
    );
  });

  it("refuses a float text that is none, and one that overflows", () => {
    for (const text of ["", "abc", "1e999", " ", "1 ", "1e999 1", "1 2 3", "1 x"]) {
      expect(refusal(() => values("FLOAT", [text])).code).toBe("VALUE_OUT_OF_RANGE");
    }
  });
});

describe("text, bytes and truth", () => {
  it("lands any text as it is", () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.string({ unit: "binary" }), { nil: null })), (texts) => {
        expect(values("VARCHAR(16777216)", texts)).toEqual(texts);
      }),
    );
  });

  it("refuses half a surrogate pair rather than replace it", () => {
    expect(refusal(() => values("VARCHAR(10)", ["ok", "a\ud800b"])).message).toContain("row 1");
    expect(values("VARCHAR(10)", ["😀"])).toEqual(["😀"]);
  });

  it("lands bytes from hexadecimal digits of either case, and refuses anything else", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array()), (arrays) => {
        const hex = arrays.map((bytes) => Buffer.from(bytes).toString("hex").toUpperCase());
        expect(values("BINARY(8388608)", hex)?.map((value) => [...(value instanceof Uint8Array ? value : [])])).toEqual(
          arrays.map((bytes) => [...bytes]),
        );
      }),
    );
    expect(refusal(() => values("BINARY(8)", ["0G"])).code).toBe("VALUE_OUT_OF_RANGE");
    expect(refusal(() => values("BINARY(8)", ["ABC"])).code).toBe("VALUE_OUT_OF_RANGE");
  });

  it("lands booleans and refuses what is neither", () => {
    expect(values("BOOLEAN", ["true", null, "false", "1", "0"])).toEqual([true, null, false, true, false]);
    expect(refusal(() => values("BOOLEAN", ["yes"])).code).toBe("VALUE_OUT_OF_RANGE");
  });

  it("keeps JSON text to the character, and tells JSON null from NULL", () => {
    const json = ['{"a":12345678901234567890.123456789}', "null", null, '"\\u0000"'];
    expect(values("VARIANT", json)).toEqual(json);
  });
});

describe("dates and times", () => {
  it("lands every day from 0001-01-01 to 9999-12-31", () => {
    const days = [-719_162, -719_161, -141_428, -1, 0, 1, 59, 11_016, 19_782, 2_932_896];
    const random = Array.from({ length: 3000 }, (_, index) => -719_162 + index * 1217);
    const texts = [...days, ...random].map((day) => isoText(BigInt(day) * 86_400_000_000n).slice(0, 10));
    expect(values("DATE", texts)).toEqual([...days, ...random]);
  });

  it("refuses days that are none", () => {
    for (const text of [
      "2023-02-29",
      "2024-13-01",
      "0000-01-01",
      "10000-01-01",
      "2024-1-01",
      "2024/01/01",
      "1900-02-29",
    ]) {
      expect(refusal(() => values("DATE", [text])).code).toBe("VALUE_OUT_OF_RANGE");
    }
  });

  it("lands every microsecond of the years 0001 to 9999, before and after 1970", () => {
    const micros = fc.bigInt({ min: -62_135_596_800_000_000n, max: 253_402_300_799_999_999n });
    fc.assert(
      fc.property(fc.array(micros), (moments) => {
        const texts = moments.map((moment) => `${isoText(moment)}000`);
        expect(values("TIMESTAMP_NTZ(9)", texts)).toEqual(moments);
        expect(
          values(
            "TIMESTAMP_LTZ(9)",
            texts.map((text) => `${text}Z`),
          ),
        ).toEqual(moments);
      }),
    );
  });

  it("takes the offset off a TIMESTAMP_TZ and keeps it in a column of its own", () => {
    expect(
      land("TIMESTAMP_TZ(9)", ["2026-01-01T00:00:00.000001000+05:30", null, "1969-12-31T23:59:59.999999000-03:30"]),
    ).toEqual({
      C: [BigInt(Date.UTC(2025, 11, 31, 18, 30)) * 1000n + 1n, null, 3.5 * 3600 * 1e6 - 1].map((value) =>
        value === null ? null : BigInt(value),
      ),
      C_offset_minutes: [330, null, -210],
    });
  });

  it("lands a TIMESTAMP_TZ whose moment in UTC is outside the years its text is inside", () => {
    const [first, last] = values("TIMESTAMP_TZ(9)", [
      "0001-01-01T00:00:00.000000000+14:00",
      "9999-12-31T23:59:59.999999000-12:00",
    ]) ?? [undefined, undefined];
    expect(first).toBe(-62_135_596_800_000_000n - 14n * 3_600_000_000n);
    expect(last).toBe(253_402_300_799_999_999n + 12n * 3_600_000_000n);
  });

  it("treats digits below the microsecond by the named policy", () => {
    const texts = ["2026-01-01T00:00:00.123456789", "1969-12-31T23:59:59.999999999"];
    const [after, before] = [BigInt(Date.UTC(2026, 0, 1)) * 1000n + 123_456n, -1n];
    expect(refusal(() => land("TIMESTAMP_NTZ(9)", texts)).message).toContain("digits below the microsecond");
    expect(land("TIMESTAMP_NTZ(9)", texts, { kind: "timestamp", nanos: "truncate" })).toEqual({ C: [after, before] });
    expect(land("TIMESTAMP_NTZ(9)", texts, { kind: "timestamp", nanos: "keep" })).toEqual({
      C: [after, before],
      C_nanos: [789, 999],
    });
  });

  it("treats an offset by the named policy", () => {
    const texts = ["2026-01-01T00:00:00.000000000+00:00", "2026-01-01T00:00:00.000000000+01:00"];
    expect(refusal(() => land("TIMESTAMP_TZ(9)", texts, { kind: "timestamp", offset: "fail" })).message).toContain(
      "row 1",
    );
    expect(Object.keys(land("TIMESTAMP_TZ(9)", texts, { kind: "timestamp", offset: "truncate" }))).toEqual(["C"]);
  });

  it("refuses times that are none", () => {
    for (const text of ["2026-01-01T24:00:00.000000000", "2026-01-01 00:00:00.000000000", "2026-01-01T00:00:00.000"]) {
      expect(refusal(() => values("TIMESTAMP_NTZ(9)", [text])).code).toBe("VALUE_OUT_OF_RANGE");
    }
  });

  it("lands TIME as text for Delta and as microseconds for plain Parquet", () => {
    const texts = ["00:00:00.000000000", "23:59:59.999999000"];
    expect(values("TIME(9)", texts)).toEqual(texts);
    expect(values("TIME(9)", texts, undefined, "parquet")).toEqual([0n, 86_399_999_999n]);
    expect(refusal(() => values("TIME(9)", ["00:00:00.000000001"], undefined, "parquet")).code).toBe(
      "VALUE_OUT_OF_RANGE",
    );
  });

  it("lands any type as text when told to", () => {
    expect(values("TIMESTAMP_TZ(9)", ["2026-01-01T00:00:00.123456789+01:00"], { kind: "text" })).toEqual([
      "2026-01-01T00:00:00.123456789+01:00",
    ]);
  });
});

describe("a decoder", () => {
  const landed = planLanding(
    [
      ["A", "NUMBER(10,0) NOT NULL"],
      ["B", "VARCHAR(10)"],
    ],
    {},
    "delta",
  );
  const plan = planExtract({ source: { table }, landed });

  it("refuses a NULL where the source says NOT NULL, and names its row in the whole result", () => {
    const decoder = openDecoder(plan);
    decoder.append([["1", "x"]], 100);
    decoder.append([[null, "y"]], 101);
    expect(refusal(() => decoder.finish()).message).toContain('Column "A", row 101: NULL');
  });

  it("never takes a missing cell for NULL", () => {
    expect(() => decodeCells([["1"]], plan)).toThrow(/without column 1/);
  });

  it("is used again after each batch", () => {
    const decoder = openDecoder(plan, 8);
    for (let batch = 0; batch < 3; batch++) {
      decoder.append([[`${batch}`, null]], batch);
      const { columns, rowCount } = decoder.finish();
      expect(rowCount).toBe(1);
      expect(columns.map(({ nullCount }) => nullCount)).toEqual([0, 1]);
    }
    expect(decoder.rowCount).toBe(0);
  });

  it("refuses a plan whose cell cannot become its field", () => {
    const cell = {
      source: "A",
      type: { kind: "boolean" } as const,
      outputs: [{ field: 0, part: { kind: "value" } as const }],
    };
    const field = { name: "A", type: { kind: "time", unit: "us" } as const, nullable: true };
    expect(refusal(() => openDecoder({ fields: [field], cells: [cell] })).code).toBe("PLAN_INVALID");
  });
});

function decimalText(unscaled: bigint, scale: number): string {
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, "0");
  const point = digits.length - scale;
  const text = scale === 0 ? digits : `${digits.slice(0, point)}.${digits.slice(point)}`;
  return unscaled < 0n ? `-${text}` : text;
}

/** By the engine's own calendar, as a second opinion. */
function isoText(micros: bigint): string {
  const millis = micros / 1000n - (micros % 1000n < 0n ? 1n : 0n);
  const rest = micros - millis * 1000n;
  return `${new Date(Number(millis)).toISOString().replace("Z", "")}${String(rest).padStart(3, "0")}`;
}
