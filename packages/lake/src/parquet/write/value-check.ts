import { isUtf8 } from "node:buffer";
import { type ColumnVector, type Field, isValid, landTypeText, storageOf } from "@snowmelt/core/types";
import type { Range, StoredValue } from "../format/bound.ts";
import { parquetError } from "../parquet-error.ts";

/** The vector has the field's storage, and no NULL where the field allows none. */
export function checkVector(field: Field, vector: ColumnVector, rowCount: number): void {
  const storage = storageOf(field.type);
  const rows = lengthOf(vector);
  if (vector.storage !== storage || rows < rowCount) {
    throw parquetError(
      "PARQUET_BATCH_MISMATCH",
      `Column ${name(field)}: expected ${storage} storage for ${rowCount} rows of ${landTypeText(field.type)}, got ${vector.storage} storage for ${rows}.`,
    );
  }
  if (vector.validity !== undefined && vector.validity.length * 8 < rowCount) {
    throw parquetError("PARQUET_BATCH_MISMATCH", `Column ${name(field)}: validity is shorter than ${rowCount} rows.`);
  }
}

/** Throws PARQUET_NULL_IN_REQUIRED naming the row, which counts from the start of the file. */
export function checkNoNull(
  field: Field,
  vector: ColumnVector,
  rows: { from: number; to: number; fileRow: number },
): void {
  for (let row = rows.from; row < rows.to; row++) {
    if (isValid(vector, row)) continue;
    const fileRow = rows.fileRow + row - rows.from;
    throw parquetError(
      "PARQUET_NULL_IN_REQUIRED",
      `Column ${name(field)} is not nullable, but row ${fileRow} of the file would be NULL. Declare the column nullable or fix the source.`,
      { details: { column: field.name, row: fileRow } },
    );
  }
}

/** Every value of a text column is whole UTF-8: the run of bytes is, and no value begins inside a character. */
export function checkText(
  field: Field,
  vector: ColumnVector,
  rows: { from: number; to: number; fileRow: number },
): void {
  if (vector.storage !== "bytes" || field.type.kind !== "string") return;
  const { offsets, bytes } = vector;
  const start = offsets[rows.from] ?? 0;
  const end = offsets[rows.to] ?? 0;
  let sound = isUtf8(bytes.subarray(start, end));
  for (let row = rows.from; sound && row < rows.to; row++) {
    const at = offsets[row] ?? 0;
    sound = at >= end || ((bytes[at] ?? 0) & 0xc0) !== 0x80;
  }
  if (sound) return;
  for (let row = rows.from; row < rows.to; row++) {
    if (isUtf8(bytes.subarray(offsets[row], offsets[row + 1]))) continue;
    const fileRow = rows.fileRow + row - rows.from;
    throw parquetError(
      "PARQUET_TEXT_INVALID",
      `Column ${name(field)}, row ${fileRow} of the file: expected UTF-8 text, got other bytes. Land the column as binary.`,
      { details: { column: field.name, row: fileRow } },
    );
  }
}

/** The range lies within the type: digits of a decimal, hours of a day. Storage alone would let more pass. */
export function checkRange(field: Field, range: Range | undefined, rows: { from: number; to: number }): void {
  const limits = range && limitsOf(field);
  if (!limits) return;
  const outside = [range.min.value, range.max?.value].find((value) => isOutside(value, limits));
  if (outside === undefined) return;
  throw parquetError(
    "PARQUET_VALUE_OUT_OF_RANGE",
    `Column ${name(field)}: ${landTypeText(field.type)} holds ${limits.min} to ${limits.max} (unscaled), got ${outside} among rows ${rows.from} to ${rows.to - 1} of the file.`,
    { details: { column: field.name, value: String(outside), fromRow: rows.from, toRow: rows.to } },
  );
}

interface Limits {
  readonly min: bigint;
  readonly max: bigint;
}

function limitsOf({ type }: Field): Limits | undefined {
  if (type.kind === "decimal") {
    const max = 10n ** BigInt(type.precision) - 1n;
    return { min: -max, max };
  }
  if (type.kind === "time") return { min: 0n, max: type.unit === "us" ? 86_399_999_999n : 86_399_999_999_999n };
  return undefined;
}

function isOutside(value: StoredValue | undefined, { min, max }: Limits): boolean {
  return (typeof value === "number" || typeof value === "bigint") && (value < min || value > max);
}

function lengthOf(vector: ColumnVector): number {
  switch (vector.storage) {
    case "bit":
      return vector.values.length * 8;
    case "int128":
      return vector.values.length >> 1;
    case "bytes":
      return Math.max(0, vector.offsets.length - 1);
    default:
      return vector.values.length;
  }
}

const name = (field: Field): string => JSON.stringify(field.name);
