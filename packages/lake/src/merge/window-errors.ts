import { type ColumnBatch, type Field, isValid } from "@snowmelt/core/types";
import { lakeError } from "../lake-error.ts";
import { keyText } from "./key-text.ts";

export function nullKey(keyFields: readonly Field[], batch: ColumnBatch, row: number): Error {
  const shown = keyText(keyFields, batch.columns, row);
  const column = keyFields.find((_field, index) => {
    const vector = batch.columns[index];
    return vector !== undefined && !isValid(vector, row);
  })?.name;
  return lakeError(
    "MERGE_KEY_NULL",
    `The key column ${column} is NULL in a row of the window (${shown}). A key has to be complete.`,
    { details: { column, key: shown } },
  );
}

export function repeatedKey(keyFields: readonly Field[], batch: ColumnBatch, row: number): Error {
  const shown = keyText(keyFields, batch.columns, row);
  return lakeError(
    "MERGE_KEY_DUPLICATE",
    `The key ${shown} occurs twice in one window. Snowflake enforces no keys: expected every row to have its own.`,
    { details: { key: shown } },
  );
}
