import { durationMs, durationText, type SnowflakeType, snowflakeTypeText } from "../../types/index.ts";
import type { Dataset } from "../dataset.ts";
import { largestShiftBackMs } from "./clock-shift.ts";
import type { DatasetProblem, SourceTypes } from "./dataset-problem.ts";
import { unknownName } from "./unknown-name.ts";

/** The cursor can be a window's bound, and what the window needs is said. */
export function checkIncremental({ sync, key }: Dataset, types: SourceTypes): DatasetProblem[] {
  if (sync.kind !== "incremental") return [];
  const problems: DatasetProblem[] = [];
  const report = (property: string, message: string) => problems.push({ path: ["sync", property], message });
  if (key === undefined) {
    problems.push({
      path: ["key"],
      message: "missing; an incremental sync merges changed rows by their key, so name it",
    });
  }
  const type = types.get(sync.cursor);
  if (type === undefined) {
    report("cursor", unknownName("column", sync.cursor, [...types.keys()]));
    return problems;
  }
  if (!isCursor(type)) {
    report(
      "cursor",
      `expected a TIMESTAMP or a whole NUMBER, but ${sync.cursor} is ${snowflakeTypeText(type)}, whose values do not tell what is new`,
    );
    return problems;
  }
  const isNumber = type.kind === "number";
  if (isNumber && sync.lag !== undefined && durationMs(sync.lag) !== 0) {
    report("lag", `${sync.cursor} is a number, and a numeric cursor has no lag; leave it out`);
  }
  if (!isNumber && sync.lag === undefined) {
    report(
      "lag",
      'missing; expected how long a transaction on the source may stay open before its rows are missed, such as "10 minutes" (or "0 seconds")',
    );
  }
  if (type.kind === "timestamp_ntz" && sync.zone === undefined) {
    report("zone", `missing; ${sync.cursor} is TIMESTAMP_NTZ, so say which zone its clock shows, such as zone: "UTC"`);
  }
  if (type.kind === "timestamp_ntz" && sync.zone !== undefined && sync.lag !== undefined) {
    const shiftMs = largestShiftBackMs(sync.zone);
    if (shiftMs > 0 && durationMs(sync.lag) <= shiftMs) {
      const shift = durationText(shiftMs);
      report(
        "lag",
        `the clocks of ${sync.zone} go back by up to ${shift}, and rows that are written while they show the same time again would be missed; say a lag of more than ${shift} (what is above it is how long a transaction may stay open then), or write the cursor in UTC`,
      );
    }
  }
  if (type.kind !== "timestamp_ntz" && sync.zone !== undefined) {
    report(
      "zone",
      `${sync.cursor} is ${snowflakeTypeText(type)}, and only a TIMESTAMP_NTZ cursor has a zone; leave it out`,
    );
  }
  return problems;
}

function isCursor(type: SnowflakeType): boolean {
  if (type.kind === "number") return type.scale === 0;
  return type.kind === "timestamp_ntz" || type.kind === "timestamp_ltz" || type.kind === "timestamp_tz";
}
