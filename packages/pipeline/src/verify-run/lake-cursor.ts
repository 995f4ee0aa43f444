import type { Field } from "@snowmelt/core/types";
import { compare, type Predicate } from "@snowmelt/lake/read";
import type { Cursor } from "@snowmelt/snowflake";
import { instantText } from "../plan/window.ts";

/** A cursor as its values lie in the lake: how a window's bound is compared with them. */
export interface LakeCursor {
  readonly field: Field;
  /** A bound, in the cursor's unit, as a value of the landed column: what rows are put into their bucket by. */
  readonly landed: (bound: bigint) => bigint;
  /** Rows before the bound, as the window that ends there has them. NULL cursors are not. */
  readonly before: (bound: bigint) => Predicate;
  /** The others, NULL cursors apart. */
  readonly after: (bound: bigint) => Predicate;
  /** Whether a window holds the value of its upper bound rather than of its lower. */
  readonly inclusive: boolean;
}

/** Undefined for a cursor that lands as text, where its order is not the source's. */
export function lakeCursor(cursor: Cursor, field: Field | undefined): LakeCursor | undefined {
  if (!field) return undefined;
  const { kind } = field.type;
  const of = (landed: LakeCursor["landed"], literal: (bound: bigint) => string, inclusive = false): LakeCursor => ({
    field,
    landed,
    before: (bound) => compare(field.name, inclusive ? "<=" : "<", literal(bound)),
    after: (bound) => compare(field.name, inclusive ? ">" : ">=", literal(bound)),
    inclusive,
  });
  if (kind === "int32" || kind === "int64") return of((bound) => bound, String, true);
  if (field.type.kind === "decimal") {
    const unit = 10n ** BigInt(field.type.scale);
    return of((bound) => bound * unit, String, true);
  }
  if (field.type.kind !== "timestamp" || field.type.unit !== "us") return undefined;
  const isWallClock = cursor.type.kind === "timestamp_ntz";
  const landed = (bound: bigint): bigint => (isWallClock ? wallClock(bound, cursor.zone ?? "UTC") : bound);
  return of(landed, (bound) => instantText(landed(bound)));
}

/** What a clock in the zone shows at a moment, as microseconds of the same reading in UTC. */
export function wallClock(micros: bigint, zone: string): bigint {
  if (zone === "UTC") return micros;
  const seconds = micros / 1_000_000n - (micros % 1_000_000n < 0n ? 1n : 0n);
  const parts = new Intl.DateTimeFormat("en-u-ca-iso8601-nu-latn", {
    timeZone: zone,
    hourCycle: "h23",
    era: "short",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  }).formatToParts(new Date(Number(seconds) * 1000));
  const part = (type: string): number => Number(parts.find((one) => one.type === type)?.value);
  const shown = Date.UTC(part("year"), part("month") - 1, part("day"), part("hour"), part("minute"), part("second"));
  return BigInt(shown) * 1000n + (micros - seconds * 1_000_000n);
}
