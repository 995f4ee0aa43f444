import { snowflakeTypeText } from "@snowmelt/core/types";
import type { Cursor } from "@snowmelt/snowflake";
import { pipelineError } from "../pipeline-error.ts";

const microsPerMs = 1000n;

/**
 * A bound as people write it, in the cursor's unit: a whole number, a day, or a moment such as `2026-01-31` or
 * `2026-01-31T10:00:00.5+01:00`. Times without an offset are UTC. BACKFILL_REFUSED for anything else.
 */
export function parseBound(text: string, cursor: Cursor): bigint {
  switch (cursor.type.kind) {
    case "number":
      return parseWhole(text) ?? refuse(text, cursor, "a whole number of 64 bits");
    case "date":
      return parseDay(text) ?? refuse(text, cursor, "a day such as 2026-01-31");
    default:
      return (
        parseDay(text) ??
        parseMoment(text) ??
        refuse(text, cursor, "a day such as 2026-01-31, or a moment such as 2026-01-31T10:00:00Z")
      );
  }
}

function parseWhole(text: string): bigint | undefined {
  if (!/^-?\d{1,19}$/.test(text)) return undefined;
  const value = BigInt(text);
  return BigInt.asIntN(64, value) === value ? value : undefined;
}

function parseDay(text: string): bigint | undefined {
  const ms = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  const isDay = Number.isFinite(ms) && new Date(ms).toISOString().startsWith(text);
  return isDay ? BigInt(ms) * microsPerMs : undefined;
}

function parseMoment(text: string): bigint | undefined {
  const match =
    /^(\d{4}-\d\d-\d\d)[T ]([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:\.(\d{1,6}))?)?(Z|[+-]\d\d:\d\d)?$/.exec(text);
  const day = match?.[1] === undefined ? undefined : parseDay(match[1]);
  if (!match || day === undefined) return undefined;
  const [, , hours = "0", minutes = "0", seconds = "0", fraction = "", zone = "Z"] = match;
  const inDay = (Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds);
  return day + BigInt(inDay) * 1_000_000n + BigInt(fraction.padEnd(6, "0")) - offsetMicros(zone);
}

function offsetMicros(zone: string): bigint {
  if (zone === "Z") return 0n;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4));
  return BigInt(zone.startsWith("-") ? -minutes : minutes) * 60_000_000n;
}

function refuse(text: string, { column, type }: Cursor, expected: string): never {
  throw pipelineError(
    "BACKFILL_REFUSED",
    `${JSON.stringify(text)} is no bound of the cursor ${JSON.stringify(column)} (${snowflakeTypeText(type)}): expected ${expected}.`,
  );
}
