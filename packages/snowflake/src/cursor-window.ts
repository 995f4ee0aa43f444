import { type SnowflakeType, snowflakeTypeText } from "@snowmelt/core/types";
import { instantLiteral, sourceAlias } from "./extract-source.ts";
import { dateText, instantText, microsPerDay } from "./instant.ts";
import { quoteIdentifier, quoteText } from "./quote.ts";
import { snowflakeError } from "./snowflake-error.ts";

/** The column a dataset is read along. */
export interface Cursor {
  readonly column: string;
  readonly type: SnowflakeType;
  /** The zone a TIMESTAMP_NTZ or DATE is a reading of, an IANA name. Required for TIMESTAMP_NTZ; for DATE @default UTC */
  readonly zone?: string | undefined;
}

/**
 * A bound of a window: microseconds since the epoch for cursors in time, exact digits for numbers. A cursor finer than a
 * microsecond compares exactly all the same: the bound is a whole microsecond and the comparison is the server's.
 */
export type CursorBound =
  | { readonly kind: "instant"; readonly micros: bigint }
  | { readonly kind: "number"; readonly digits: string };

/** `[lo, hi)` for time; `(lo, hi]` for numbers, whose `hi` is the largest value seen. `lo` undefined: from the beginning. */
export interface CursorWindow {
  readonly cursor: Cursor;
  readonly lo?: CursorBound | undefined;
  readonly hi: CursorBound;
  /** Rows whose cursor is NULL belong to every window. @default false */
  readonly withNulls?: boolean | undefined;
}

/** The WHERE condition of a window. Throws PLAN_INVALID for a cursor or bound that cannot be. */
export function windowCondition({ cursor, lo, hi, withNulls = false }: CursorWindow): string {
  const column = cursorColumn(cursor);
  const numeric = cursor.type.kind === "number";
  const bounds = [
    ...(lo === undefined ? [] : [`${column} ${numeric ? ">" : ">="} ${boundLiteral(cursor, lo)}`]),
    `${column} ${numeric ? "<=" : "<"} ${boundLiteral(cursor, hi)}`,
  ].join(" AND ");
  return withNulls ? `((${bounds}) OR ${column} IS NULL)` : bounds;
}

/** The cursor's column as SQL. Throws PLAN_INVALID for a type or zone that cannot be a cursor. */
export function cursorColumn(cursor: Cursor): string {
  const { column, type, zone } = cursor;
  switch (type.kind) {
    case "number":
    case "timestamp_ltz":
    case "timestamp_tz":
      if (zone !== undefined) {
        throw invalid(cursor, `a zone goes with TIMESTAMP_NTZ and DATE only`);
      }
      break;
    case "timestamp_ntz":
      if (zone === undefined) {
        throw invalid(cursor, "a TIMESTAMP_NTZ cursor needs the zone it is written in, such as UTC");
      }
      break;
    case "date":
      break;
    default:
      throw invalid(cursor, "expected NUMBER, DATE or a TIMESTAMP");
  }
  return `${sourceAlias}.${quoteIdentifier(column)}`;
}

function boundLiteral(cursor: Cursor, bound: CursorBound): string {
  const { type, zone = "UTC" } = cursor;
  if (type.kind === "number") {
    if (bound.kind !== "number" || !/^-?\d{1,38}(\.\d{1,37})?$/.test(bound.digits)) {
      throw invalid(cursor, "its bounds are digits");
    }
    return bound.digits;
  }
  if (bound.kind !== "instant") throw invalid(cursor, "its bounds are moments");
  if (type.kind === "date") {
    if (bound.micros % microsPerDay !== 0n) throw invalid(cursor, "the bounds of a DATE cursor are whole days");
    return `${quoteText(dateText(Number(bound.micros / microsPerDay)))}::DATE`;
  }
  if (type.kind !== "timestamp_ntz") return instantLiteral(bound.micros);
  const reading = `${quoteText(instantText(bound.micros))}::TIMESTAMP_NTZ`;
  return zone === "UTC" ? reading : `CONVERT_TIMEZONE('UTC', ${quoteText(zone)}, ${reading})`;
}

const invalid = (cursor: Cursor, expected: string) =>
  snowflakeError(
    "PLAN_INVALID",
    `Cursor ${JSON.stringify(cursor.column)} (${snowflakeTypeText(cursor.type)}${cursor.zone ? `, zone ${cursor.zone}` : ""}): ${expected}.`,
  );
