import { type ColumnBatch, type Field, openVectorBuilder, type Value, valueAt } from "@snowmelt/core/types";
import type { DeltaTable } from "@snowmelt/lake/delta";
import { readTable } from "@snowmelt/lake/read";

/** Rows as a batch. */
export function toBatch(fields: readonly Field[], rows: readonly (readonly Value[])[]): ColumnBatch {
  const columns = fields.map((field, index) => {
    const builder = openVectorBuilder(field.type, rows.length);
    for (const row of rows) {
      const value = row[index] ?? null;
      if (value === null) builder.appendNull();
      else if (typeof value === "string") builder.appendText(value);
      else if (value instanceof Uint8Array) builder.appendBytes(value);
      else if (builder.storage === "int64") builder.appendInt64(BigInt(value));
      else if (builder.storage === "int128") {
        builder.appendInt128(BigInt.asUintN(64, BigInt(value)), BigInt(value) >> 64n);
      } else builder.appendNumber(Number(value));
    }
    return builder.finish();
  });
  return { fields, columns, rowCount: rows.length };
}

/** The rows of a batch. */
export function toRows(batch: ColumnBatch): Value[][] {
  return Array.from({ length: batch.rowCount }, (_, row) =>
    batch.columns.map((vector, index) => valueAt(batch.fields[index]?.type ?? { kind: "binary" }, vector, row)),
  );
}

/** All rows of the newest version, in the order of the files. */
export async function tableRows(table: DeltaTable, fields?: readonly Field[]): Promise<Value[][]> {
  const rows: Value[][] = [];
  if (!(await table.snapshot())) return rows;
  const columns = fields?.map(({ name }) => name);
  for await (const batch of readTable(table, columns ? { columns } : {})) rows.push(...toRows(batch));
  return rows;
}
