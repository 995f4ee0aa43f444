import type { Field, LandType, Value } from "@snowmelt/core/types";

const maxInt64 = 2n ** 63n - 1n;
const minInt64 = -(2n ** 63n);
const maxOf = (precision: number): bigint => 10n ** BigInt(precision) - 1n;
const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
const microsOf = (iso: string): bigint => BigInt(Date.parse(iso)) * 1000n;

/** Every land type with the values where mistakes happen. A lone surrogate is written as U+FFFD. */
export const edgeValues: readonly {
  readonly name: string;
  readonly type: LandType;
  readonly values: readonly Value[];
}[] = [
  { name: "boolean", type: { kind: "boolean" }, values: [true, false, null, true] },
  { name: "int32", type: { kind: "int32" }, values: [0, 1, -1, 2 ** 31 - 1, -(2 ** 31), null] },
  {
    name: "int64",
    type: { kind: "int64" },
    values: [0n, 1n, -1n, 2n ** 32n, -(2n ** 32n), 2n ** 53n + 1n, maxInt64, minInt64, null],
  },
  {
    name: "float64",
    type: { kind: "float64" },
    values: [
      0,
      -0,
      1.5,
      -1.5,
      Number.NaN,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      5e-324,
      Number.MAX_VALUE,
      null,
    ],
  },
  { name: "decimal(1,0)", type: { kind: "decimal", precision: 1, scale: 0 }, values: [0, 9, -9, null] },
  {
    name: "decimal(9,2)",
    type: { kind: "decimal", precision: 9, scale: 2 },
    values: [0, 999_999_999, -999_999_999, null],
  },
  {
    name: "decimal(10,0)",
    type: { kind: "decimal", precision: 10, scale: 0 },
    values: [0n, maxOf(10), -maxOf(10), null],
  },
  {
    name: "decimal(18,18)",
    type: { kind: "decimal", precision: 18, scale: 18 },
    values: [0n, maxOf(18), -maxOf(18), null],
  },
  {
    name: "decimal(19,4)",
    type: { kind: "decimal", precision: 19, scale: 4 },
    values: [0n, maxOf(19), -maxOf(19), maxInt64, minInt64, null],
  },
  {
    name: "decimal(38,0)",
    type: { kind: "decimal", precision: 38, scale: 0 },
    values: [
      0n,
      1n,
      -1n,
      maxOf(38),
      -maxOf(38),
      2n ** 64n,
      -(2n ** 64n),
      2n ** 63n,
      -(2n ** 63n) - 1n,
      2n ** 96n,
      null,
    ],
  },
  {
    name: "decimal(38,37)",
    type: { kind: "decimal", precision: 38, scale: 37 },
    values: [maxOf(38), -maxOf(38), 10n ** 37n, null],
  },
  { name: "date", type: { kind: "date" }, values: [0, -1, -719_162, 2_932_896, 20_000, null] },
  { name: "time(us)", type: { kind: "time", unit: "us" }, values: [0n, 86_399_999_999n, 43_200_000_001n, null] },
  {
    name: "time(ns)",
    type: { kind: "time", unit: "ns" },
    values: [0n, 86_399_999_999_999n, 43_200_000_000_001n, null],
  },
  {
    name: "timestamp(us)",
    type: { kind: "timestamp", unit: "us", utc: false },
    values: [0n, -1n, microsOf("0001-01-01T00:00:00Z"), microsOf("9999-12-31T23:59:59.999Z") + 999n, null],
  },
  {
    name: "timestamp(us, UTC)",
    type: { kind: "timestamp", unit: "us", utc: true },
    values: [0n, -1n, microsOf("0001-01-01T00:00:00Z"), microsOf("9999-12-31T23:59:59.999Z") + 999n, null],
  },
  {
    name: "timestamp(ns)",
    type: { kind: "timestamp", unit: "ns", utc: false },
    values: [0n, -1n, 1_763_880_000_123_456_789n, null],
  },
  {
    name: "timestamp(ns, UTC)",
    type: { kind: "timestamp", unit: "ns", utc: true },
    values: [0n, -1n, 1_763_880_000_123_456_789n, null],
  },
  {
    name: "string",
    type: { kind: "string" },
    values: [
      "",
      "a",
      "NULL",
      "naïve",
      "日本語",
      "👩‍🚀",
      "a\u0000b",
      "\u0000",
      '"],["',
      "line\nbreak\r\t\\",
      "x".repeat(200),
      "é".repeat(100),
      null,
    ],
  },
  {
    name: "binary",
    type: { kind: "binary" },
    values: [bytes(), bytes(0), bytes(0xff, 0xfe), bytes(...Array(100).fill(0xff)), bytes(0x80, 0x81), null],
  },
];

export const everyTypeFields: readonly Field[] = edgeValues.map(({ name, type }) => ({ name, type, nullable: true }));

/** `count` rows of every type, each column stepping through its edge values at its own pace. */
export function everyTypeRows(count: number): Value[][] {
  return Array.from({ length: count }, (_, row) =>
    edgeValues.map(({ values }, column) => values[(row * (1 + (column % 3)) + column) % values.length] ?? null),
  );
}
