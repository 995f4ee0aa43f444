import type { ColumnBatch } from "@snowmelt/core/types";
import { lakeError } from "../lake-error.ts";
import { cursorAt, replaces } from "./cursor.ts";
import { openKeyEncoder } from "./key-encoder.ts";
import { fate, type KeyIndex } from "./key-index.ts";
import { keyText } from "./key-text.ts";

/**
 * Finds the rows of one file that the window's rows replace, and settles what becomes of the window's: `update`, or
 * `skip` where the table's row is newer. Returns the numbers of the replaced rows in ascending order, and the row count.
 * MERGE_KEY_DUPLICATE when a key was met in the table before.
 */
export async function matchFile(
  index: KeyIndex,
  batches: AsyncIterable<ColumnBatch>,
  ages: { readonly path: string; readonly incomingMicros: bigint; readonly existingMicros: bigint | undefined },
): Promise<{ readonly replaced: readonly number[]; readonly rowCount: number }> {
  const { keyFields, keys, fates } = index;
  const encoder = openKeyEncoder(keyFields);
  const replaced: number[] = [];
  let rowCount = 0;
  for await (const batch of batches) {
    encoder.bind(batch.columns.slice(0, keyFields.length));
    const cursors = index.cursorField && batch.columns[keyFields.length];
    for (let row = 0; row < batch.rowCount; row++) {
      const length = encoder.encode(row);
      const ordinal = length < 0 ? -1 : keys.find(encoder.bytes, length);
      if (ordinal < 0) continue;
      if (fates[ordinal] !== fate.insert) throw twice(keyText(keyFields, batch.columns, row), ages.path);
      const incoming = { cursor: index.cursorOf(ordinal), snapshotMicros: ages.incomingMicros };
      const existing = { cursor: cursors && cursorAt(cursors, row), snapshotMicros: ages.existingMicros };
      const isReplaced = replaces(incoming, existing);
      fates[ordinal] = isReplaced ? fate.update : fate.skip;
      if (isReplaced) replaced.push(rowCount + row);
    }
    rowCount += batch.rowCount;
  }
  return { replaced, rowCount };
}

function twice(key: string, path: string): Error {
  return lakeError(
    "MERGE_KEY_DUPLICATE",
    `The table holds the key ${key} twice, the second time in ${path}, so it cannot be merged by this key. Land it anew in full, or correct the key.`,
    { details: { key, path } },
  );
}
