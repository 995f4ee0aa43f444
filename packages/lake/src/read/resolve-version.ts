import type { DeltaTable } from "../delta/delta-table.ts";
import { tableUri } from "../delta/read-commits.ts";
import type { Snapshot } from "../delta/snapshot.ts";
import { lakeError } from "../lake-error.ts";
import { type CommitTime, listCommitTimes, withInCommitTimes } from "./commit-times.ts";

/** Which state of a table is meant; the newest when neither is given. */
export interface TablePoint {
  readonly version?: number;
  /** The version that was the newest at this moment. */
  readonly asOf?: Date;
  readonly signal?: AbortSignal;
}

/**
 * The table's state at a version or a moment. DELTA_TABLE_MISSING without a table; DELTA_VERSION_MISSING, naming what there
 * is, for a version or a moment that is still to come, or that the log does not reach back to any more. May be retried.
 */
export async function readSnapshotAt(table: DeltaTable, point: TablePoint = {}): Promise<Snapshot> {
  const given = point.signal ? { signal: point.signal } : {};
  if (point.version === undefined && point.asOf === undefined) {
    const newest = await table.snapshot(given);
    if (newest) return newest;
    throw missing(table);
  }
  const version = await resolveVersion(table, point);
  const snapshot = await table.snapshot({ version, ...given });
  if (snapshot) return snapshot;
  throw missing(table);
}

/** The number of that version. Given both, a version and a moment, it is READ_PREDICATE_INVALID. */
export async function resolveVersion(table: DeltaTable, point: TablePoint): Promise<number> {
  const { version, asOf, signal } = point;
  if (version !== undefined && asOf !== undefined) {
    throw lakeError("READ_PREDICATE_INVALID", "Expected a version or a moment to read a table at, got both.");
  }
  const commits = await listCommitTimes(table, signal);
  const newest = commits.at(-1);
  if (!newest) throw missing(table);
  if (version !== undefined) return checkVersion(table, commits, version);
  if (asOf === undefined) return newest.version;
  const atMs = asOf.getTime();
  if (Number.isNaN(atMs)) throw lakeError("READ_PREDICATE_INVALID", "The moment to read a table at is not a date.");
  if (atMs > table.clock.nowMs()) {
    throw gone(table, `${asOf.toISOString()} is still to come; leave it out to read the newest version`);
  }
  const found = versionAt(await inOrder(table, commits, { atMs, signal }), atMs);
  if (found !== undefined) return found;
  const [oldest = newest] = commits;
  throw gone(
    table,
    `at ${asOf.toISOString()} there was no version that the log still holds; its oldest is ${oldest.version} of ${new Date(oldest.atMs).toISOString()}`,
  );
}

/** The newest version made at or before a moment. Pure. */
export function versionAt(commits: readonly CommitTime[], atMs: number): number | undefined {
  return commits.findLast((commit) => commit.atMs <= atMs)?.version;
}

async function inOrder(
  table: DeltaTable,
  commits: readonly CommitTime[],
  { atMs, signal }: { readonly atMs: number; readonly signal: AbortSignal | undefined },
): Promise<readonly CommitTime[]> {
  const given = signal ? { signal } : {};
  const configuration = (await table.snapshot(given))?.metaData.configuration ?? {};
  if (configuration["delta.enableInCommitTimestamps"] !== "true") return commits;
  const enabledIn = Number(configuration["delta.inCommitTimestampEnablementVersion"] ?? 0);
  return withInCommitTimes(table, commits, { enabledIn, untilMs: atMs, ...given });
}

function checkVersion(table: DeltaTable, commits: readonly CommitTime[], version: number): number {
  if (commits.some((commit) => commit.version === version)) return version;
  const [oldest, newest] = [commits[0]?.version, commits.at(-1)?.version];
  const why =
    version > (newest ?? -1)
      ? `version ${version} is still to come; the newest is ${newest}`
      : `the log does not hold version ${version} any more; it goes from ${oldest} to ${newest}`;
  throw gone(table, why);
}

const missing = (table: DeltaTable) =>
  lakeError(
    "DELTA_TABLE_MISSING",
    `There is no Delta table at ${tableUri(table)}. Expected a folder with _delta_log in it.`,
    {
      details: { table: tableUri(table) },
    },
  );

const gone = (table: DeltaTable, why: string) =>
  lakeError("DELTA_VERSION_MISSING", `${tableUri(table)} cannot be read as asked: ${why}.`, {
    details: { table: tableUri(table) },
  });
