import { type Field, type LandType, landTypeText } from "@snowmelt/core/types";
import { nameOf, Physical } from "../parquet/format/format.ts";
import type { FileColumn } from "../parquet/index.ts";

/** Why a file's column is not the table's. Both are spelled for people. */
export interface ColumnRefusal {
  readonly column: string;
  readonly expected: string;
  readonly found: string;
}

/**
 * Compares a column of a file with the table's, by what the Delta protocol lets a data file hold: the very type, in a
 * physical form that every reader takes. Nothing is widened, for the file is not rewritten. Undefined: it is the same.
 */
export function refuseColumn(field: Field, column: FileColumn): ColumnRefusal | undefined {
  const isSame =
    column.type !== undefined &&
    landTypeText(column.type) === landTypeText(field.type) &&
    column.unitsPerValue === 1 &&
    holds(column, field.type);
  return isSame ? undefined : { column: field.name, expected: expectedText(field.type), found: foundText(column) };
}

/** `INT64 as timestamp(us)`, `FIXED_LEN_BYTE_ARRAY(16) as decimal(38,0)`, or why it is read as nothing. */
export function foundText({ physical, typeLength, type, refusal, unitsPerValue, isUnsigned }: FileColumn): string {
  if (refusal !== undefined || !type) return refusal ?? "nothing that is read";
  const stored = nameOf(Physical, physical) + (physical === Physical.FIXED_LEN_BYTE_ARRAY ? `(${typeLength})` : "");
  const plain = type.kind === "binary" ? "without a logical type" : `as ${landTypeText(type)}`;
  return `${stored} ${plain}${unitsPerValue === 1 ? "" : ", in milliseconds"}${isUnsigned ? ", unsigned" : ""}`;
}

export function expectedText(type: LandType): string {
  const stored = physicalsOf(type).map((physical) => nameOf(Physical, physical));
  return `${stored.join(" or ")} ${type.kind === "binary" ? "without a logical type" : `as ${landTypeText(type)}`}`;
}

function holds({ physical, typeLength }: FileColumn, type: LandType): boolean {
  if (!physicalsOf(type).some((accepted) => accepted === physical)) return false;
  if (type.kind !== "decimal" || physical !== Physical.FIXED_LEN_BYTE_ARRAY) return true;
  return typeLength <= 16 && 10n ** BigInt(type.precision) <= 2n ** BigInt(typeLength * 8 - 1);
}

function physicalsOf(type: LandType): readonly Physical[] {
  switch (type.kind) {
    case "boolean":
      return [Physical.BOOLEAN];
    case "int32":
    case "date":
      return [Physical.INT32];
    case "int64":
    case "time":
    case "timestamp":
      return [Physical.INT64];
    case "float64":
      return [Physical.DOUBLE];
    case "string":
    case "binary":
      return [Physical.BYTE_ARRAY];
    case "decimal":
      return [
        ...(type.precision <= 9 ? [Physical.INT32] : []),
        ...(type.precision <= 18 ? [Physical.INT64] : []),
        Physical.FIXED_LEN_BYTE_ARRAY,
      ];
    default:
      return type satisfies never;
  }
}
