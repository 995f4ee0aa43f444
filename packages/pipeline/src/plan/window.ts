import type { Incremental } from "@snowmelt/core/definition";
import { durationMs, parseSnowflakeColumnType, type SourceColumn, valueText } from "@snowmelt/core/types";
import type { Cursor, CursorBound, CursorWindow } from "@snowmelt/snowflake";
import type { ManifestWindow } from "../manifest.ts";
import { pipelineError } from "../pipeline-error.ts";
import type { AttemptWindow } from "../state/dataset-state.ts";

/** The cursor of an incremental dataset, with the type the source has now. */
export function cursorOf(sync: Incremental, columns: readonly SourceColumn[]): Cursor {
  const found = columns.find(([name]) => name === sync.cursor);
  if (!found)
    throw pipelineError("SCHEMA_MISMATCH", `The cursor column ${JSON.stringify(sync.cursor)} is not in the source.`);
  const { type } = parseSnowflakeColumnType(found[1]);
  return { column: sync.cursor, type, ...(sync.zone === undefined ? {} : { zone: sync.zone }) };
}

export const lagMicros = (sync: Incremental): bigint =>
  BigInt(sync.lag === undefined ? 0 : durationMs(sync.lag)) * 1000n;

/** A bound as the 64-bit number that the lane and the state hold. PLAN_REFUSED for a number beyond. */
export function boundNumber(bound: CursorBound, cursor: Cursor): bigint {
  if (bound.kind === "instant") return bound.micros;
  if (!/^-?\d+$/.test(bound.digits) || BigInt.asIntN(64, BigInt(bound.digits)) !== BigInt(bound.digits)) {
    throw pipelineError(
      "PLAN_REFUSED",
      `The cursor ${JSON.stringify(cursor.column)} reaches ${bound.digits}; a numeric cursor has to be a whole number of 64 bits.`,
    );
  }
  return BigInt(bound.digits);
}

/** The source's condition for a window of the state. */
export function cursorWindow(cursor: Cursor, window: AttemptWindow, withNulls: boolean): CursorWindow {
  const bound = (text: string): CursorBound =>
    cursor.type.kind === "number" ? { kind: "number", digits: text } : { kind: "instant", micros: BigInt(text) };
  return { cursor, ...(window.lo === null ? {} : { lo: bound(window.lo) }), hi: bound(window.hi), withNulls };
}

export function manifestWindow(cursor: Cursor, window: AttemptWindow): ManifestWindow {
  const isNumber = cursor.type.kind === "number";
  const text = (bound: string): string => (isNumber ? bound : instantText(BigInt(bound)));
  return {
    cursor: cursor.column,
    lo: window.lo === null ? null : text(window.lo),
    hi: text(window.hi),
    inclusive: isNumber,
  };
}

/** Microseconds since the epoch as ISO 8601 in UTC. */
export const instantText = (micros: bigint): string => valueText({ kind: "timestamp", unit: "us", utc: true }, micros);
