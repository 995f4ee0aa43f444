import {
  type ColumnBatch,
  type Field,
  type LandType,
  openVectorBuilder,
  storageOf,
  type Value,
  type VectorBuilder,
} from "@snowmelt/core/types";
import fc from "fast-check";

/** Rows as plain values: the model that vectors are compared with. */
export type Row = readonly Value[];

export interface Model {
  readonly fields: readonly Field[];
  readonly rows: readonly Row[];
}

export function batchOf({ fields, rows }: Model): ColumnBatch {
  const columns = fields.map(({ type }, index) => {
    const builder = openVectorBuilder(type, 1);
    for (const row of rows) appendValue(builder, type, row[index] ?? null);
    return builder.finish();
  });
  return { fields, columns, rowCount: rows.length };
}

export function appendValue(builder: VectorBuilder, type: LandType, value: Value): void {
  if (value === null) return builder.appendNull();
  if (value instanceof Uint8Array) return builder.appendBytes(value);
  if (typeof value === "string") return builder.appendText(value);
  if (typeof value === "boolean") return builder.appendNumber(value ? 1 : 0);
  if (typeof value === "number") return builder.appendNumber(value);
  if (storageOf(type) === "int128") return builder.appendInt128(BigInt.asUintN(64, value), value >> 64n);
  return builder.appendInt64(value);
}

export const landTypes: fc.Arbitrary<LandType> = fc.oneof(
  fc.constantFrom<LandType>(
    { kind: "boolean" },
    { kind: "int32" },
    { kind: "int64" },
    { kind: "float64" },
    { kind: "date" },
    { kind: "string" },
    { kind: "binary" },
    { kind: "time", unit: "us" },
    { kind: "time", unit: "ns" },
    { kind: "timestamp", unit: "us", utc: true },
    { kind: "timestamp", unit: "us", utc: false },
    { kind: "timestamp", unit: "ns", utc: true },
  ),
  fc
    .integer({ min: 1, max: 38 })
    .chain((precision) =>
      fc.integer({ min: 0, max: precision }).map((scale): LandType => ({ kind: "decimal", precision, scale })),
    ),
);

export function valuesOf(type: LandType): fc.Arbitrary<Value> {
  const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
  switch (type.kind) {
    case "boolean":
      return fc.boolean();
    case "int32":
    case "date":
      return fc.integer();
    case "float64":
      return fc.double();
    case "int64":
    case "time":
    case "timestamp":
      return int64;
    case "string":
      return fc.string({ unit: "grapheme", maxLength: 20 });
    case "binary":
      return fc.uint8Array({ maxLength: 20 });
    case "decimal": {
      const limit = 10n ** BigInt(type.precision) - 1n;
      const unscaled = fc.bigInt({ min: -limit, max: limit });
      return type.precision <= 9 ? unscaled.map(Number) : unscaled;
    }
    default:
      return type satisfies never;
  }
}

/** Up to `maxRows` rows of one to five columns, with about one NULL in four, also none and nothing but NULL. */
export function models(maxRows = 40): fc.Arbitrary<Model> {
  const column = landTypes.chain((type) =>
    fc
      .record({
        nulls: fc.constantFrom<"none" | "some" | "all">("none", "some", "all"),
        values: fc.array(fc.tuple(valuesOf(type), fc.nat(3)), { minLength: maxRows, maxLength: maxRows }),
      })
      .map(({ nulls, values }) => ({
        type,
        values: values.map(([value, dice]) => (nulls === "all" || (nulls === "some" && dice === 0) ? null : value)),
      })),
  );
  return fc.tuple(fc.array(column, { minLength: 1, maxLength: 5 }), fc.nat(maxRows)).map(([columns, rowCount]) => ({
    fields: columns.map(({ type }, index) => ({ name: `C${index}`, type, nullable: true })),
    rows: Array.from({ length: rowCount }, (_, row) => columns.map(({ values }) => values[row] ?? null)),
  }));
}
