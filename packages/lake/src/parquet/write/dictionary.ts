import type { ColumnVector, Storage } from "@snowmelt/core/types";
import { openBytesDictionary } from "./bytes-dictionary.ts";
import type { DictionaryLimits } from "./dictionary-limits.ts";
import type { Slice } from "./slice.ts";
import { openWordDictionary } from "./word-dictionary.ts";

/** The distinct values of one column chunk, numbered as they come. */
export interface Dictionary {
  /**
   * Writes the entry number of each value to `indices` from `at`, adding entries. Returns how many values were taken:
   * fewer than the slice holds once the dictionary is full, see {@link DictionaryLimits}.
   */
  index(slice: Slice, indices: Int32Array, at: number): number;
  readonly count: number;
  /** Bytes of the entries in PLAIN encoding. */
  readonly byteLength: number;
  readonly heldBytes: number;
  /** Entry i is row i, without NULL. A view, valid until the next `index`. */
  entries(): ColumnVector;
  clear(): void;
}

/** None for booleans and doubles: a bit needs none, and doubles seldom repeat. */
export function openDictionary(storage: Storage, limits: DictionaryLimits): Dictionary | undefined {
  switch (storage) {
    case "bit":
    case "float64":
      return undefined;
    case "bytes":
      return openBytesDictionary(limits);
    case "int32":
    case "int64":
    case "int128":
      return openWordDictionary(storage, limits);
    default:
      return storage satisfies never;
  }
}
