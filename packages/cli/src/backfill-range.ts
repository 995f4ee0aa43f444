import type { Duration } from "@snowmelt/core/types";
import { durationText } from "@snowmelt/core/types";
import type { BackfillRange } from "@snowmelt/pipeline";
import { cliError } from "./cli-error.ts";

/** What the command line says of a backfill, as it was written. */
export interface BackfillFlags {
  readonly backfill: string;
  readonly slices?: string;
  readonly every?: string;
}

/** The range of `--backfill <from>..<to>`, and how it is cut. What the bounds mean, the cursor decides later. */
export function parseBackfillRange({ backfill, slices, every }: BackfillFlags): BackfillRange {
  const [lo = "", hi = "", ...more] = backfill.split("..").map((bound) => bound.trim());
  if (lo === "" || hi === "" || more.length > 0) {
    throw cliError(
      "USAGE",
      `--backfill takes both ends, such as 2026-01-01..2026-02-01 or 1..1000, got ${JSON.stringify(backfill)}.`,
    );
  }
  if (slices !== undefined && every !== undefined) {
    throw cliError("USAGE", "--slices and --every are two ways to cut a backfill: give one of them.");
  }
  return {
    lo,
    hi,
    ...(slices === undefined ? {} : { slices: parseSlices(slices) }),
    ...(every === undefined ? {} : { every: parseEvery(every) }),
  };
}

function parseSlices(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw cliError("USAGE", `--slices takes a number of 1 or more, got ${JSON.stringify(text)}.`);
}

const unitMs: Readonly<Record<string, number>> = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000 };

function parseEvery(text: string): Duration {
  const [, count = "", unit = ""] = /^([1-9]\d{0,5})([dhms])$/.exec(text) ?? [];
  const ms = unitMs[unit];
  if (ms !== undefined) return durationText(Number(count) * ms);
  throw cliError("USAGE", `--every takes a length such as 1d, 12h, 30m or 45s, got ${JSON.stringify(text)}.`);
}
