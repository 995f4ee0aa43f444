import type { ColumnBatch } from "@snowmelt/core/types";
import { lakeError } from "../lake-error.ts";
import { cursorAt, replaces } from "./cursor.ts";
import { openKeyEncoder } from "./key-encoder.ts";
import type { KeyIndex } from "./key-index.ts";
import { keyText } from "./key-text.ts";
import type { WindowKeys } from "./window-keys.ts";

/** What becomes of a row of the window. */
export const fate = { insert: 0, update: 1, skip: 2 } as const;

export interface MatchFile {
  readonly window: WindowKeys;
  readonly index: KeyIndex;
  /** Of every row of the window; settled here for those that the file has. */
  readonly fates: Uint8Array;
  /** Rows of the file that the window's replace, by number; added to here. */
  readonly replaced: RowSet;
  /** When the window and each of the file's rows were read at the source. */
  readonly incomingMicros: bigint;
  readonly existingMicrosOf: (row: number) => bigint | undefined;
  /** For messages. */
  readonly path: string;
}

/** Matches the rows of one file with those of a pass. MERGE_KEY_DUPLICATE when the table has a key twice. */
export async function matchFile(batches: AsyncIterable<ColumnBatch>, match: MatchFile): Promise<number> {
  const { window, index, fates, replaced } = match;
  const { keyFields } = window;
  const encoder = openKeyEncoder(keyFields);
  let firstRow = 0;
  for await (const batch of batches) {
    encoder.bind(batch.columns.slice(0, keyFields.length));
    const cursors = window.cursorField && batch.columns[keyFields.length];
    for (let row = 0; row < batch.rowCount; row++) {
      const length = encoder.encode(row);
      const ordinal = length < 0 ? -1 : index.keys.find(encoder.bytes, length);
      if (ordinal < 0) continue;
      const incomingRow = index.rowOf(ordinal);
      if (fates[incomingRow] !== fate.insert) throw twice(keyText(keyFields, batch.columns, row), match.path);
      const incoming = { cursor: index.cursorOf(ordinal), snapshotMicros: match.incomingMicros };
      const existing = {
        cursor: cursors && cursorAt(cursors, row),
        snapshotMicros: match.existingMicrosOf(firstRow + row),
      };
      const isReplaced = replaces(incoming, existing);
      fates[incomingRow] = isReplaced ? fate.update : fate.skip;
      if (isReplaced) replaced.add(firstRow + row);
    }
    firstRow += batch.rowCount;
  }
  return firstRow;
}

/** Row numbers of a file, a bit each. */
export interface RowSet {
  readonly size: number;
  add(row: number): void;
  has(row: number): boolean;
}

export function openRowSet(): RowSet {
  let bits = new Uint8Array(64);
  let size = 0;
  return {
    get size() {
      return size;
    },
    add(row) {
      if (row >> 3 >= bits.length) {
        const wider = new Uint8Array(Math.ceil(((row >> 3) + 1) * 1.5));
        wider.set(bits);
        bits = wider;
      }
      const byte = bits[row >> 3] ?? 0;
      if ((byte >> (row & 7)) & 1) return;
      bits[row >> 3] = byte | (1 << (row & 7));
      size++;
    },
    has: (row) => (((bits[row >> 3] ?? 0) >> (row & 7)) & 1) === 1,
  };
}

function twice(key: string, path: string): Error {
  return lakeError(
    "MERGE_KEY_DUPLICATE",
    `The table holds the key ${key} twice, the second time in ${path}, so it cannot be merged by this key. Land it anew in full, or correct the key.`,
    { details: { key, path } },
  );
}
