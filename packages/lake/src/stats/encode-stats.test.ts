import type { Field, Value } from "@snowmelt/core/types";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ColumnSummary } from "../parquet/index.ts";
import { toStatsJson } from "./encode-stats.ts";
import { parseStats } from "./parse-stats.ts";

const column = (name: string, min: Value, max: Value, more: Partial<ColumnSummary> = {}): ColumnSummary => ({
  name,
  nullCount: 0,
  nanCount: 0,
  min,
  max,
  isMinExact: true,
  isMaxExact: true,
  ...more,
});

function statsOf(type: Field["type"], min: Value, max: Value, more: Partial<ColumnSummary> = {}) {
  const json = toStatsJson({ rowCount: 2, columns: [column("C", min, max, more)] }, [
    { name: "C", type, nullable: true },
  ]);
  return /"minValues":(.*),"maxValues":(.*),"nullCount"/.exec(json)?.slice(1);
}

const none = ["{}", "{}"];
const timestamp = { kind: "timestamp", unit: "us", utc: true } as const;

describe("bounds", () => {
  it.each<[string, Field["type"], Value, Value, string[]]>([
    [
      "longs digit by digit",
      { kind: "int64" },
      -(2n ** 63n),
      2n ** 63n - 1n,
      ['{"C":-9223372036854775808}', '{"C":9223372036854775807}'],
    ],
    [
      "decimals digit by digit",
      { kind: "decimal", precision: 38, scale: 10 },
      -(10n ** 38n - 1n),
      15n,
      ['{"C":-9999999999999999999999999999.9999999999}', '{"C":0.0000000015}'],
    ],
    ["short decimals", { kind: "decimal", precision: 9, scale: 2 }, -5, 1234, ['{"C":-0.05}', '{"C":12.34}']],
    ["floats", { kind: "float64" }, -1e300, 1.5, ['{"C":-1e+300}', '{"C":1.5}']],
    ["zeros, either of which lies within", { kind: "float64" }, 0, -0, ['{"C":-0.0}', '{"C":0.0}']],
    ["dates", { kind: "date" }, -719162, 2932896, ['{"C":"0001-01-01"}', '{"C":"9999-12-31"}']],
    [
      "timestamps, the upper one rounded up to milliseconds",
      timestamp,
      -1n,
      1_001n,
      ['{"C":"1969-12-31T23:59:59.999Z"}', '{"C":"1970-01-01T00:00:00.002Z"}'],
    ],
    [
      "timestamps of whole milliseconds as they are",
      timestamp,
      2_000n,
      5_000n,
      ['{"C":"1970-01-01T00:00:00.002Z"}', '{"C":"1970-01-01T00:00:00.005Z"}'],
    ],
    [
      "wall clocks without a zone",
      { ...timestamp, utc: false },
      0n,
      0n,
      ['{"C":"1970-01-01T00:00:00.000"}', '{"C":"1970-01-01T00:00:00.000"}'],
    ],
    [
      "the end of time to the microsecond",
      timestamp,
      253402300799999999n,
      253402300799999999n,
      ['{"C":"9999-12-31T23:59:59.999Z"}', '{"C":"9999-12-31T23:59:59.999999Z"}'],
    ],
    ["text", { kind: "string" }, "", 'q"\\\n', ['{"C":""}', '{"C":"q\\"\\\\\\n"}']],
    [
      "long text cut, and raised above",
      { kind: "string" },
      "a".repeat(40),
      "b".repeat(40),
      [`{"C":"${"a".repeat(32)}"}`, `{"C":"${"b".repeat(31)}c"}`],
    ],
    [
      "long text of highest characters raised before them",
      { kind: "string" },
      "a",
      `x${"\u{10ffff}".repeat(40)}`,
      ['{"C":"a"}', '{"C":"y"}'],
    ],
    ["booleans", { kind: "boolean" }, false, true, ['{"C":false}', '{"C":true}']],
  ])("are %s", (_name, type, min, max, expected) => {
    expect(statsOf(type, min, max)).toEqual(expected);
  });

  it("are left out where Delta has no form for them", () => {
    expect(statsOf({ kind: "binary" }, new Uint8Array(1), new Uint8Array(1))).toEqual(none);
    expect(statsOf({ kind: "float64" }, 1, 2, { nanCount: 1 })).toEqual(none);
    expect(statsOf({ kind: "float64" }, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY)).toEqual(none);
    expect(statsOf({ kind: "date" }, -719163, 2932897)).toEqual(none);
    expect(statsOf({ kind: "string" }, null, null, { nullCount: 2 })).toEqual(none);
    expect(statsOf({ kind: "string" }, "a", "\u{10ffff}".repeat(40))).toEqual(['{"C":"a"}', "{}"]);
  });

  it("are of the first 32 columns and of keys, and NULL counts of all", () => {
    const columns = Array.from({ length: 40 }, (_, index) => column(`C${index}`, index, index));
    const fields = columns.map(({ name }): Field => ({ name, type: { kind: "int32" }, nullable: true }));
    const stats = JSON.parse(toStatsJson({ rowCount: 1, columns }, fields, ["C39"]));
    expect(Object.keys(stats.minValues)).toEqual([...fields.slice(0, 32).map(({ name }) => name), "C39"]);
    expect(Object.keys(stats.nullCount)).toHaveLength(40);
  });

  it("enclose the values when they are read back, and are exact where the type allows it", () => {
    const cases = fc.oneof(
      fc.tuple(fc.constant<Field["type"]>({ kind: "int64" }), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })),
      fc.tuple(
        fc.constant<Field["type"]>({ kind: "decimal", precision: 38, scale: 7 }),
        fc.bigInt({ min: -(10n ** 38n) + 1n, max: 10n ** 38n - 1n }),
      ),
      fc.tuple(
        fc.constant<Field["type"]>({ kind: "decimal", precision: 9, scale: 9 }),
        fc.integer({ min: -999999999, max: 999999999 }),
      ),
      fc.tuple(fc.constant<Field["type"]>({ kind: "date" }), fc.integer({ min: -719162, max: 2932896 })),
      fc.tuple(fc.constant<Field["type"]>({ kind: "float64" }), fc.double({ noNaN: true, noDefaultInfinity: true })),
    );
    fc.assert(
      fc.property(cases, ([type, value]) => {
        const field = { name: "__proto__", type, nullable: true };
        const json = toStatsJson({ rowCount: 1, columns: [column(field.name, value, value, { nullCount: 3 })] }, [
          field,
        ]);
        const [min, max] = value === 0 && type.kind === "float64" ? [-0, 0] : [value, value];
        expect(parseStats(json, [field])?.columns.get(field.name)).toEqual({ nullCount: 3, min, max });
      }),
    );
    const moving = fc.oneof(
      fc.tuple(
        fc.constant<Field["type"]>(timestamp),
        fc.bigInt({ min: -62135596800000000n, max: 253402300799999999n }),
      ),
      fc.tuple(fc.constant<Field["type"]>({ kind: "string" }), fc.string({ unit: "binary", maxLength: 60 })),
    );
    fc.assert(
      fc.property(moving, ([type, value]) => {
        const field = { name: "C", type, nullable: true };
        const json = toStatsJson({ rowCount: 1, columns: [column("C", value, value)] }, [field]);
        const bounds = parseStats(json, [field])?.columns.get("C");
        expect(compare(bounds?.min, value)).toBeLessThanOrEqual(0);
        if (bounds?.max !== undefined) expect(compare(bounds.max, value)).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: 200 },
    );
  });
});

it("takes statistics that it cannot read for none", () => {
  const fields: Field[] = [{ name: "C", type: { kind: "int64" }, nullable: true }];
  for (const json of [null, undefined, "", "{", "[]", '{"numRecords":"x"}'])
    expect(parseStats(json, fields)).toBeUndefined();
  expect(parseStats('{"numRecords":1,"minValues":{"C":1e3},"maxValues":null}', fields)?.columns.get("C")).toEqual({
    nullCount: undefined,
    min: undefined,
    max: undefined,
  });
});

function compare(a: Value | undefined, b: Value): number {
  if (typeof a === "string" && typeof b === "string") return Buffer.compare(Buffer.from(a), Buffer.from(b));
  if (typeof a === "bigint" && typeof b === "bigint") return a < b ? -1 : a > b ? 1 : 0;
  throw new TypeError("nothing to compare");
}
