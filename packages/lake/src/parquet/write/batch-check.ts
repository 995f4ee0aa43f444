import { type ColumnBatch, type Field, landTypeText, sameLandType } from "@snowmelt/core/types";
import { parquetError } from "../parquet-error.ts";
import { checkVector } from "./value-check.ts";

/** A flat schema a file can have: at least one column, distinct names, decimals of 1 to 38 digits. */
export function checkFields(fields: readonly Field[]): void {
  if (fields.length === 0) {
    throw parquetError("PARQUET_SCHEMA_INVALID", "A Parquet file needs at least one column, got none.");
  }
  const names = new Set<string>();
  for (const { name, type } of fields) {
    if (names.has(name)) {
      throw parquetError("PARQUET_SCHEMA_INVALID", `Column ${JSON.stringify(name)} is declared twice.`);
    }
    names.add(name);
    if (type.kind !== "decimal") continue;
    const { precision, scale } = type;
    const isWhole = Number.isInteger(precision) && Number.isInteger(scale);
    if (isWhole && precision >= 1 && precision <= 38 && scale >= 0 && scale <= precision) continue;
    throw parquetError(
      "PARQUET_SCHEMA_INVALID",
      `Column ${JSON.stringify(name)}: expected a decimal of 1 to 38 digits and a scale within them, got ${landTypeText(type)}.`,
    );
  }
}

/** The batch has the file's columns, in its order, and vectors as long as it says. */
export function checkBatch(
  fields: readonly Field[],
  batch: ColumnBatch,
  { from, to }: { readonly from: number; readonly to: number },
): void {
  if (!(from >= 0 && from <= to && to <= batch.rowCount)) {
    throw parquetError(
      "PARQUET_BATCH_MISMATCH",
      `Expected a row range within the batch's ${batch.rowCount} rows, got ${from} to ${to}.`,
    );
  }
  if (batch.columns.length !== fields.length || batch.fields.length !== fields.length) {
    throw parquetError(
      "PARQUET_BATCH_MISMATCH",
      `Expected a batch of ${fields.length} columns, got ${batch.fields.length} fields and ${batch.columns.length} vectors.`,
    );
  }
  fields.forEach((field, index) => {
    const came = batch.fields[index];
    const vector = batch.columns[index];
    if (!came || !vector || came.name !== field.name || !sameLandType(came.type, field.type)) {
      throw parquetError(
        "PARQUET_BATCH_MISMATCH",
        `Column ${index}: expected ${JSON.stringify(field.name)} of ${landTypeText(field.type)}, got ${came ? `${JSON.stringify(came.name)} of ${landTypeText(came.type)}` : "none"}.`,
      );
    }
    checkVector(field, vector, batch.rowCount);
  });
}
