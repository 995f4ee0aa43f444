import type { Snapshot } from "../delta/snapshot.ts";
import { tombstoneRetentionMs } from "../delta/table-properties.ts";
import { lakeError } from "../lake-error.ts";

export interface RetentionOptions {
  /** Milliseconds for which a removed file stays. @default the table's `delta.deletedFileRetentionDuration`, or 7 days */
  readonly retentionMs?: number;
  /** Has to be said for less than the table's own: reads and writes that are under way may lose their files. */
  readonly acceptShortRetention?: true;
}

/** Milliseconds; VACUUM_RETENTION_SHORT for less than the table promises, unless that was accepted in so many words. */
export function checkRetention(snapshot: Snapshot, options: RetentionOptions): number {
  const promisedMs = tombstoneRetentionMs(snapshot.metaData);
  const { retentionMs = promisedMs, acceptShortRetention } = options;
  if (!(retentionMs >= 0)) {
    throw lakeError("VACUUM_RETENTION_SHORT", `A retention is a number of milliseconds from 0, got ${retentionMs}.`);
  }
  if (retentionMs >= promisedMs || acceptShortRetention) return retentionMs;
  throw lakeError(
    "VACUUM_RETENTION_SHORT",
    `The table keeps removed files for ${hoursText(promisedMs)}, and the vacuum was to keep them for ${hoursText(retentionMs)}. Readers, restores and commits under way would lose files. Keep them as long, change delta.deletedFileRetentionDuration, or accept it in so many words.`,
    { details: { promisedMs, retentionMs } },
  );
}

const hoursText = (ms: number): string => `${Number((ms / 3_600_000).toFixed(2))} hours`;
