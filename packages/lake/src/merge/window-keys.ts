import type { ColumnBatch, Field } from "@snowmelt/core/types";
import type { TableLocation } from "../delta/read-commits.ts";
import { lakeError } from "../lake-error.ts";
import type { DataFile } from "../land/landed-file.ts";
import { readTableFile } from "../land/read-table-file.ts";
import { checkUniqueKeys } from "./check-unique.ts";
import { checkCursor } from "./cursor.ts";
import { checkKey } from "./key-encoder.ts";
import { indexKeys, type KeyIndex } from "./key-index.ts";

export interface WindowKeysOptions {
  /** The window's rows, landed below the table's root. */
  readonly landed: readonly DataFile[];
  /** Columns that identify a row. */
  readonly key: readonly string[];
  /** Column that tells the newer of two versions of a row. */
  readonly cursor?: string | undefined;
  /** Of the table, partition columns included. */
  readonly fields: readonly Field[];
  /**
   * Keys indexed at a time: about 30 bytes each besides text and binary keys' own bytes. A larger window is merged in
   * several passes over the key columns. @default 4_000_000
   */
  readonly maxKeys?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The keys of a landed window, read from its files as they are needed. */
export interface WindowKeys {
  readonly landed: readonly DataFile[];
  readonly keyFields: readonly Field[];
  readonly cursorField: Field | undefined;
  readonly rowCount: number;
  readonly passes: number;
  /** The index of one pass; that of a single pass is kept. */
  index(pass: number): Promise<KeyIndex>;
  /** See {@link checkUniqueKeys}: less memory than an index, where nothing is to be found in a table. */
  checkUnique(): Promise<void>;
}

/** MERGE_KEY_INVALID when a column is not there or its type does not go. */
export function openWindowKeys(table: TableLocation, options: WindowKeysOptions): WindowKeys {
  const { landed, key, cursor, fields, maxKeys = 4_000_000, signal } = options;
  const find = (name: string): Field => {
    const field = fields.find((candidate) => candidate.name === name);
    if (field) return field;
    const known = fields.map((candidate) => candidate.name).join(", ");
    throw lakeError("MERGE_KEY_INVALID", `There is no column ${name} to merge by. Columns: ${known}.`);
  };
  const keyFields = key.map(find);
  checkKey(keyFields);
  const cursorField = cursor === undefined ? undefined : find(cursor);
  if (cursorField) checkCursor(cursorField);
  async function* read(columns: readonly Field[]): AsyncGenerator<ColumnBatch> {
    for (const file of landed) yield* readTableFile(table, file, { fields: columns, signal });
  }
  const rowCount = landed.reduce((sum, file) => sum + file.rowCount, 0);
  const passes = Math.max(1, Math.ceil(rowCount / maxKeys));
  let only: KeyIndex | undefined;
  return {
    landed,
    keyFields,
    cursorField,
    rowCount,
    passes,
    async index(pass) {
      if (only) return only;
      const columns = cursorField ? [...keyFields, cursorField] : keyFields;
      const index = await indexKeys(read(columns), { keyFields, cursorField, rowCount, passes, pass });
      if (passes === 1) only = index;
      return index;
    },
    checkUnique: () => checkUniqueKeys(() => read(keyFields), { keyFields, rowCount, maxKeys: maxKeys * 4 }),
  };
}
