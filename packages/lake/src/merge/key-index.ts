import type { ColumnBatch, ColumnVector, Field } from "@snowmelt/core/types";
import { cursorAt } from "./cursor.ts";
import { openKeyEncoder } from "./key-encoder.ts";
import { passOf } from "./key-hash.ts";
import { type KeyTable, openKeyTable } from "./key-table.ts";
import { nullKey, repeatedKey } from "./window-errors.ts";

/** Keys and cursors of the rows of one pass over a window. Exact; no rows. */
export interface KeyIndex {
  readonly keys: KeyTable;
  readonly cursorOf: (ordinal: number) => bigint | undefined;
  /** Number in the window of the row of an ordinal. */
  readonly rowOf: (ordinal: number) => number;
  /** First key column, ascending, when it is stored as 32 or 64 bits and the pass is the only one. */
  readonly sortedFirst: BigInt64Array | undefined;
}

export interface IndexKeysOptions {
  readonly keyFields: readonly Field[];
  readonly cursorField: Field | undefined;
  readonly rowCount: number;
  readonly passes: number;
  readonly pass: number;
}

/**
 * Indexes the rows of one pass. The batches hold the key columns, then the cursor. MERGE_KEY_NULL or MERGE_KEY_DUPLICATE,
 * naming the key, for rows that cannot be merged.
 */
export async function indexKeys(batches: AsyncIterable<ColumnBatch>, options: IndexKeysOptions): Promise<KeyIndex> {
  const { keyFields, cursorField, passes, pass } = options;
  const expected = Math.ceil((options.rowCount / passes) * (passes === 1 ? 1 : 1.02)) + 16;
  const encoder = openKeyEncoder(keyFields);
  const keys = openKeyTable(encoder.width, expected);
  const cursors = openLongs(cursorField ? expected : 0);
  const nullCursors = openLongs(0);
  const rows = openLongs(passes === 1 ? 0 : expected);
  const sortsFirst = passes === 1 && keyFields[0] !== undefined && isWordType(keyFields[0]);
  const first = openLongs(sortsFirst ? expected : 0);
  let firstRow = 0;
  for await (const batch of batches) {
    encoder.bind(batch.columns.slice(0, keyFields.length));
    const cursorVector = cursorField && batch.columns[keyFields.length];
    for (let row = 0; row < batch.rowCount; row++) {
      const length = encoder.encode(row);
      if (length < 0) throw nullKey(keyFields, batch, row);
      if (passOf(encoder.bytes, length, passes) !== pass) continue;
      const size = keys.size;
      const ordinal = keys.add(encoder.bytes, length);
      if (ordinal !== size) throw repeatedKey(keyFields, batch, row);
      if (cursorVector) setCursor(ordinal, cursorAt(cursorVector, row));
      if (passes > 1) rows.set(ordinal, BigInt(firstRow + row));
      if (sortsFirst) first.set(ordinal, wordAt(batch.columns[0], row));
    }
    firstRow += batch.rowCount;
  }

  function setCursor(ordinal: number, cursor: bigint | undefined): void {
    if (cursor !== undefined) return cursors.set(ordinal, cursor);
    const word = ordinal >> 6;
    nullCursors.set(word, nullCursors.get(word) | (1n << BigInt(ordinal & 63)));
  }
  const isNullCursor = (ordinal: number): boolean =>
    ((nullCursors.get(ordinal >> 6) >> BigInt(ordinal & 63)) & 1n) === 1n;
  return {
    keys,
    cursorOf: (ordinal) => (!cursorField || isNullCursor(ordinal) ? undefined : cursors.get(ordinal)),
    rowOf: (ordinal) => (passes === 1 ? ordinal : Number(rows.get(ordinal))),
    sortedFirst: sortsFirst ? first.take(keys.size).sort() : undefined,
  };
}

interface Longs {
  get(at: number): bigint;
  set(at: number, value: bigint): void;
  take(count: number): BigInt64Array;
}

function openLongs(expected: number): Longs {
  let values = new BigInt64Array(expected);
  return {
    get: (at) => values[at] ?? 0n,
    set(at, value) {
      if (at >= values.length) {
        const wider = new BigInt64Array(Math.ceil((at + 64) * 1.5));
        wider.set(values);
        values = wider;
      }
      values[at] = value;
    },
    take: (count) => values.subarray(0, count),
  };
}

function isWordType({ type }: Field): boolean {
  if (type.kind === "decimal") return type.precision <= 18;
  return ["int32", "int64", "date", "timestamp"].includes(type.kind);
}

function wordAt(vector: ColumnVector | undefined, row: number): bigint {
  if (vector?.storage === "int64") return vector.values[row] ?? 0n;
  return vector?.storage === "int32" ? BigInt(vector.values[row] ?? 0) : 0n;
}
