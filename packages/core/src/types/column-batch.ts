import type { LandType } from "./land-type.ts";

/** A landed column. */
export interface Field {
  readonly name: string;
  readonly type: LandType;
  readonly nullable: boolean;
}

/**
 * Rows as columns, in Arrow's memory layout, so that a batch is an Arrow record batch without a copy (but for decimals of
 * up to 18 digits, which Arrow holds in 16 bytes) and its buffers can live in one WebAssembly memory.
 */
export interface ColumnBatch {
  readonly fields: readonly Field[];
  /** One vector a field, in the same order, all of `rowCount` rows. */
  readonly columns: readonly ColumnVector[];
  readonly rowCount: number;
}

interface Validity {
  /** Bit i (least significant first) is 1 where row i has a value. Undefined: no NULL. Value slots of NULL rows are zero. */
  readonly validity: Uint8Array | undefined;
  readonly nullCount: number;
}

/** `storage` follows from the field's type by `storageOf`. */
export type ColumnVector =
  /** Bit i (least significant first) of `values` is row i. */
  | (Validity & { readonly storage: "bit"; readonly values: Uint8Array })
  | (Validity & { readonly storage: "int32"; readonly values: Int32Array })
  | (Validity & { readonly storage: "int64"; readonly values: BigInt64Array })
  | (Validity & { readonly storage: "float64"; readonly values: Float64Array })
  /** Two little-endian 64-bit words a row, the low one first, two's complement. */
  | (Validity & { readonly storage: "int128"; readonly values: BigInt64Array })
  /** Row i is `bytes[offsets[i] .. offsets[i + 1])`; `offsets` has rowCount + 1 entries and may start above 0. UTF-8 for strings. */
  | (Validity & { readonly storage: "bytes"; readonly offsets: Int32Array; readonly bytes: Uint8Array });

/** A value for people, keys and checks; exact. Decimals are unscaled, dates are days, times and timestamps units, strings text. */
export type Value = boolean | number | bigint | string | Uint8Array | null;

/** Whether a row of a vector has a value; false is NULL. */
export function isValid(vector: ColumnVector, row: number): boolean {
  const { validity } = vector;
  return validity === undefined || (((validity[row >> 3] ?? 0) >> (row & 7)) & 1) === 1;
}
