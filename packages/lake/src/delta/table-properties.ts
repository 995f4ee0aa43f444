import type { MetaData } from "./action.ts";

const day = 24 * 60 * 60 * 1000;
const unitsMs: Readonly<Record<string, number>> = {
  millisecond: 1,
  second: 1000,
  minute: 60_000,
  hour: 60 * 60_000,
  day,
  week: 7 * day,
};

/** A commit whose version is a multiple of it is followed by a checkpoint: `delta.checkpointInterval`. @default 10 */
export function checkpointInterval({ configuration }: MetaData): number {
  const interval = Number(configuration["delta.checkpointInterval"]);
  return Number.isSafeInteger(interval) && interval > 0 ? interval : 10;
}

/** How long the log tells of a version: `delta.logRetentionDuration`. Endless when it cannot be read. @default 30 days */
export function logRetentionMs(metaData: MetaData): number {
  if (metaData.configuration["delta.enableExpiredLogCleanup"]?.toLowerCase() === "false")
    return Number.POSITIVE_INFINITY;
  return durationOf(metaData, "delta.logRetentionDuration", 30 * day);
}

/** How long a removed file is remembered: `delta.deletedFileRetentionDuration`. @default 7 days */
export function tombstoneRetentionMs(metaData: MetaData): number {
  return durationOf(metaData, "delta.deletedFileRetentionDuration", 7 * day);
}

/** Statistics are text in its checkpoints, so that one of ours holds all that another has. */
export function hasTextStats({ configuration }: MetaData): boolean {
  return configuration["delta.checkpoint.writeStatsAsJson"]?.toLowerCase() !== "false";
}

/** Milliseconds of `interval 30 days` or `interval 1 week 2 hours`; undefined for anything else. */
export function parseInterval(text: string): number | undefined {
  const words = text
    .trim()
    .toLowerCase()
    .replace(/^interval\s+/, "")
    .split(/\s+/);
  if (words.length === 0 || words.length % 2 !== 0) return undefined;
  let total = 0;
  for (let index = 0; index < words.length; index += 2) {
    const amount = words[index] ?? "";
    const unit = (words[index + 1] ?? "").replace(/s$/, "");
    if (!/^\d+$/.test(amount) || !Object.hasOwn(unitsMs, unit)) return undefined;
    total += Number(amount) * (unitsMs[unit] ?? 0);
  }
  return total;
}

function durationOf({ configuration }: MetaData, name: string, fallbackMs: number): number {
  const text = configuration[name];
  return text === undefined ? fallbackMs : (parseInterval(text) ?? Number.POSITIVE_INFINITY);
}
