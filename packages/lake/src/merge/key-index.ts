import { type ColumnBatch, type ColumnVector, type Field, isValid } from "@snowmelt/core/types";
import { lakeError } from "../lake-error.ts";
import { checkCursor, cursorAt } from "./cursor.ts";
import { type KeyEncoder, openKeyEncoder } from "./key-encoder.ts";
import { type KeyTable, openKeyTable } from "./key-table.ts";
import { keyText } from "./key-text.ts";

/** What became of an incoming row. */
export const fate = { insert: 0, update: 1, skip: 2 } as const;
export type Fate = (typeof fate)[keyof typeof fate];

/**
 * The keys and cursors of a window's rows, by the ordinal in which they were read. Memory: about 35 bytes a row besides
 * the key's own bytes (text keys count 4 bytes more); no rows.
 */
export interface KeyIndex {
  readonly keyFields: readonly Field[];
  readonly cursorField: Field | undefined;
  readonly size: number;
  readonly keys: KeyTable;
  readonly cursorOf: (ordinal: number) => bigint | undefined;
  /** Starts as `insert` for every row. */
  readonly fates: Uint8Array;
  /** First key column, ascending, when it is stored as 32 or 64 bits: tells whether a range holds any key. */
  readonly sortedFirst: BigInt64Array | undefined;
}

export interface KeyIndexOptions {
  readonly key: readonly string[];
  readonly cursor?: string | undefined;
  readonly fields: readonly Field[];
  readonly expectedRows?: number;
  readonly signal?: AbortSignal;
}

/**
 * Indexes the rows of a window. The batches hold the key columns, then the cursor, as `indexColumns` gives them.
 * MERGE_KEY_NULL or MERGE_KEY_DUPLICATE, naming the key, for rows that cannot be merged.
 */
export async function indexKeys(batches: AsyncIterable<ColumnBatch>, options: KeyIndexOptions): Promise<KeyIndex> {
  const { keyFields, cursorField } = indexColumns(options);
  const encoder = openKeyEncoder(keyFields);
  const expected = options.expectedRows ?? 1024;
  const keys = openKeyTable(expected);
  let cursors = new BigInt64Array(expected);
  let hasCursor = new Uint8Array(expected);
  const storesWords = keyFields[0] !== undefined && isWordType(keyFields[0]);
  let first = new BigInt64Array(storesWords ? expected : 0);
  for await (const batch of batches) {
    options.signal?.throwIfAborted();
    encoder.bind(batch.columns.slice(0, keyFields.length));
    const cursorVector = cursorField && batch.columns[keyFields.length];
    const needed = keys.size + batch.rowCount;
    if (needed > cursors.length) {
      cursors = widen(cursors, new BigInt64Array(needed * 2));
      hasCursor = widen(hasCursor, new Uint8Array(needed * 2));
      if (storesWords) first = widen(first, new BigInt64Array(needed * 2));
    }
    for (let row = 0; row < batch.rowCount; row++) {
      const ordinal = addKey(keys, encoder, { keyFields, batch, row });
      const cursor = cursorVector && cursorAt(cursorVector, row);
      if (cursor !== undefined) {
        cursors[ordinal] = cursor;
        hasCursor[ordinal] = 1;
      }
      if (storesWords) first[ordinal] = wordAt(batch.columns[0], row);
    }
  }
  return {
    keyFields,
    cursorField,
    keys,
    size: keys.size,
    cursorOf: (ordinal) => (hasCursor[ordinal] === 1 ? cursors[ordinal] : undefined),
    fates: new Uint8Array(keys.size),
    sortedFirst: storesWords ? first.slice(0, keys.size).sort() : undefined,
  };
}

/** The columns that an index is made of; MERGE_KEY_INVALID when one is not there or its type does not go. */
export function indexColumns({ key, cursor, fields }: Pick<KeyIndexOptions, "key" | "cursor" | "fields">): {
  readonly keyFields: readonly Field[];
  readonly cursorField: Field | undefined;
} {
  const find = (name: string): Field => {
    const field = fields.find((candidate) => candidate.name === name);
    if (field) return field;
    const known = fields.map((candidate) => candidate.name).join(", ");
    throw lakeError("MERGE_KEY_INVALID", `There is no column ${name} to merge by. Columns: ${known}.`);
  };
  const cursorField = cursor === undefined ? undefined : find(cursor);
  if (cursorField) checkCursor(cursorField);
  return { keyFields: key.map(find), cursorField };
}

function addKey(
  keys: KeyTable,
  encoder: KeyEncoder,
  { keyFields, batch, row }: { keyFields: readonly Field[]; batch: ColumnBatch; row: number },
): number {
  const length = encoder.encode(row);
  if (length < 0) {
    const shown = keyText(keyFields, batch.columns, row);
    const column = keyFields.find((_field, index) => isNull(batch.columns[index], row))?.name;
    throw lakeError(
      "MERGE_KEY_NULL",
      `The key column ${column} is NULL in a row of the window (${shown}). A key has to be complete.`,
      {
        details: { column, key: shown },
      },
    );
  }
  const size = keys.size;
  const ordinal = keys.add(encoder.bytes, length);
  if (ordinal === size) return ordinal;
  const shown = keyText(keyFields, batch.columns, row);
  throw lakeError(
    "MERGE_KEY_DUPLICATE",
    `The key ${shown} occurs twice in one window. Snowflake enforces no keys: expected every row to have its own.`,
    { details: { key: shown } },
  );
}

function isNull(vector: ColumnVector | undefined, row: number): boolean {
  return vector !== undefined && !isValid(vector, row);
}

function isWordType({ type }: Field): boolean {
  if (type.kind === "decimal") return type.precision <= 18;
  return ["int32", "int64", "date", "timestamp"].includes(type.kind);
}

function wordAt(vector: ColumnVector | undefined, row: number): bigint {
  if (vector?.storage === "int64") return vector.values[row] ?? 0n;
  return vector?.storage === "int32" ? BigInt(vector.values[row] ?? 0) : 0n;
}

function widen<T extends BigInt64Array | Uint8Array>(from: T, to: T): T {
  if (from instanceof BigInt64Array && to instanceof BigInt64Array) to.set(from);
  else if (from instanceof Uint8Array && to instanceof Uint8Array) to.set(from);
  return to;
}
