import { isDeepStrictEqual } from "node:util";
import {
  type ColumnBatch,
  type Field,
  type LandType,
  openVectorBuilder,
  storageOf,
  type Value,
  type VectorBuilder,
  valueAt,
} from "@snowmelt/core/types";
import { expect } from "vitest";

/** Rows as arrays of values, one a field. */
export type Rows = readonly (readonly Value[])[];

export function batchOf(fields: readonly Field[], rows: Rows): ColumnBatch {
  const columns = fields.map((field, index) => {
    const builder = openVectorBuilder(field.type, rows.length);
    for (const row of rows) append(builder, field.type, row[index] ?? null);
    return builder.finish();
  });
  return { fields, columns, rowCount: rows.length };
}

/** Batches of these sizes, taken in turn until the rows are used up. */
export function batchesOf(fields: readonly Field[], rows: Rows, sizes: readonly number[]): ColumnBatch[] {
  const batches: ColumnBatch[] = [];
  for (let at = 0, turn = 0; at < rows.length; turn++) {
    const size = sizes[turn % sizes.length] ?? rows.length;
    batches.push(batchOf(fields, rows.slice(at, at + size)));
    at += size;
  }
  return batches;
}

export function rowsOf(batches: readonly ColumnBatch[]): Value[][] {
  return batches.flatMap(({ fields, columns, rowCount }) =>
    Array.from({ length: rowCount }, (_, row) =>
      columns.map((vector, index) => valueAt(fields[index]?.type ?? { kind: "binary" }, vector, row)),
    ),
  );
}

/** Equal to the last bit and kind, a zero's sign included. The diff is made only when it is needed, for it is slow. */
export function expectSameRows(came: Rows, expected: Rows, what = "rows"): void {
  if (!isDeepStrictEqual(came, expected)) expect(came, what).toStrictEqual(expected);
}

function append(builder: VectorBuilder, type: LandType, value: Value): void {
  if (value === null) return builder.appendNull();
  switch (storageOf(type)) {
    case "bit":
    case "int32":
    case "float64":
      return builder.appendNumber(Number(value));
    case "int64":
      return builder.appendInt64(BigInt(value as bigint));
    case "int128":
      return builder.appendInt128(BigInt.asIntN(64, value as bigint), BigInt.asIntN(64, (value as bigint) >> 64n));
    case "bytes":
      return typeof value === "string" ? builder.appendText(value) : builder.appendBytes(value as Uint8Array);
  }
}
