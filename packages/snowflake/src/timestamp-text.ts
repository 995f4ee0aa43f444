import { daysFromCivil } from "./decode/civil.ts";
import { snowflakeError } from "./snowflake-error.ts";

const shape = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)\.(\d{9})(?:Z|([+-])(\d\d):(\d\d))?$/;

/** Microseconds since the epoch of a timestamp's text form; finer digits are dropped, a wall-clock reading counts as UTC. */
export function timestampMicros(text: string): bigint {
  const match = shape.exec(text);
  if (!match) {
    throw snowflakeError(
      "RESULT_MISMATCH",
      `Expected a time such as 2026-11-23T12:00:00.123456789Z, got ${JSON.stringify(text)}.`,
    );
  }
  const [year = 0, month = 0, day = 0, hours = 0, minutes = 0, seconds = 0, nanos = 0] = match.slice(1, 8).map(Number);
  const [sign, zoneHours, zoneMinutes] = match.slice(8);
  const offset = (sign === "-" ? -1 : 1) * (Number(zoneHours ?? 0) * 60 + Number(zoneMinutes ?? 0));
  const total = daysFromCivil(year, month, day) * 86_400 + hours * 3600 + (minutes - offset) * 60 + seconds;
  return BigInt(total) * 1_000_000n + BigInt(Math.floor(nanos / 1000));
}
