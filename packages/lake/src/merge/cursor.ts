import { type ColumnVector, type Field, isValid, landTypeText } from "@snowmelt/core/types";
import { lakeError } from "../lake-error.ts";

/** The type goes with a cursor: it has an order and fits 64 bits. Throws MERGE_KEY_INVALID. */
export function checkCursor({ name, type }: Field): void {
  if (["int32", "int64", "date", "timestamp", "decimal"].includes(type.kind)) return;
  throw lakeError(
    "MERGE_KEY_INVALID",
    `Column ${name} is ${landTypeText(type)}, which is no cursor. Expected a number, a date or a timestamp.`,
    { details: { column: name } },
  );
}

/** The cursor of a row, or undefined for NULL. MERGE_CURSOR_INVALID when it does not fit into 64 bits. */
export function cursorAt(vector: ColumnVector, row: number): bigint | undefined {
  if (!isValid(vector, row)) return undefined;
  switch (vector.storage) {
    case "int64":
      return vector.values[row];
    case "int32":
      return BigInt(vector.values[row] ?? 0);
    case "int128": {
      const [low = 0n, high = 0n] = [vector.values[row * 2], vector.values[row * 2 + 1]];
      if (high === low >> 63n) return low;
      throw lakeError("MERGE_CURSOR_INVALID", `The cursor of row ${row} of a batch does not fit into 64 bits.`);
    }
    default:
      throw new TypeError(`a cursor is not stored as ${vector.storage}`);
  }
}

/** When a version of a row is from: its cursor at the source, and when it was read there. */
export interface RowAge {
  readonly cursor: bigint | undefined;
  /** Microseconds since the epoch; undefined when it is not known. */
  readonly snapshotMicros: bigint | undefined;
}

/**
 * Whether the incoming version takes the place of the one that the table has: when it is not older. The cursor decides;
 * where it cannot (equal, NULL or none) the time of reading does, and one that is not known counts as older.
 */
export function replaces(incoming: RowAge, existing: RowAge): boolean {
  const { cursor, snapshotMicros } = incoming;
  if (cursor !== undefined && existing.cursor !== undefined && cursor !== existing.cursor)
    return cursor > existing.cursor;
  if (snapshotMicros === undefined || existing.snapshotMicros === undefined) return true;
  return snapshotMicros >= existing.snapshotMicros;
}
