import { type ColumnVector, type LandType, landTypeText, storageOf } from "@snowmelt/core/types";
import { parquetError } from "../parquet-error.ts";

/** Turns dense values of one type into another that holds them all. */
export type Widening = (dense: ColumnVector) => ColumnVector;

const keep: Widening = (dense) => dense;

/** How values of a file's column become the type asked for; PARQUET_TYPE_MISMATCH where some could not. */
export function planWidening(column: string, from: LandType, to: LandType): Widening {
  if (landTypeText(from) === landTypeText(to)) return keep;
  if (isWiderDecimal(from, to)) return widenWords(storageOf(to));
  if (from.kind === "int32" && to.kind === "int64") return widenWords("int64");
  if (from.kind === "int32" && to.kind === "float64") return toFloat64;
  if (from.kind === "string" && to.kind === "binary") return keep;
  throw parquetError(
    "PARQUET_TYPE_MISMATCH",
    `Column ${JSON.stringify(column)}: the file holds ${landTypeText(from)}, which is not read as ${landTypeText(to)}.`,
    { details: { column, found: landTypeText(from), expected: landTypeText(to) } },
  );
}

function isWiderDecimal(from: LandType, to: LandType): boolean {
  if (to.kind !== "decimal") return false;
  if (from.kind === "decimal") return from.scale === to.scale && from.precision <= to.precision;
  const digits = from.kind === "int32" ? 10 : from.kind === "int64" ? 19 : undefined;
  return digits !== undefined && to.scale === 0 && to.precision >= digits;
}

function widenWords(storage: ReturnType<typeof storageOf>): Widening {
  return (dense) => {
    if (dense.storage === storage) return dense;
    const from = narrowWords(dense);
    const width = storage === "int64" ? 2 : 4;
    const held = dense.storage === "int32" ? 1 : 2;
    const count = from.length / held;
    const words = new Int32Array(count * width);
    for (let row = 0; row < count; row++) {
      const sign = (from[row * held + held - 1] ?? 0) >> 31;
      for (let word = 0; word < width; word++) {
        words[row * width + word] = word < held ? (from[row * held + word] ?? 0) : sign;
      }
    }
    const common = { validity: undefined, nullCount: 0 };
    const values = new BigInt64Array(words.buffer);
    return storage === "int64" ? { storage, ...common, values } : { storage: "int128", ...common, values };
  };
}

function narrowWords(dense: ColumnVector): Int32Array {
  if (dense.storage === "int32") return dense.values;
  if (dense.storage !== "int64") throw new TypeError(`${dense.storage} cannot be widened`);
  return new Int32Array(dense.values.buffer, dense.values.byteOffset, dense.values.length * 2);
}

const toFloat64: Widening = (dense) =>
  dense.storage === "int32"
    ? { storage: "float64", validity: undefined, nullCount: 0, values: Float64Array.from(dense.values) }
    : dense;
