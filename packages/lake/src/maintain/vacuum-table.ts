import type { SweptUploads } from "@snowmelt/core/ports";
import type { DeltaTable } from "../delta/delta-table.ts";
import { toTableKey } from "../delta/log-path.ts";
import type { TableLocation } from "../delta/read-commits.ts";
import { readSnapshotAt } from "../read/resolve-version.ts";
import { type Deleted, deleteFiles } from "./delete-files.ts";
import { readLogAccount } from "./log-account.ts";
import { type DatedObject, planVacuum, type VacuumPlan } from "./plan-vacuum.ts";
import { checkRetention, type RetentionOptions } from "./retention.ts";

export interface VacuumOptions extends RetentionOptions {
  /** Attempts that will never commit again, whose files may go. Those of any other attempt stay. @default [] */
  readonly terminalAttempts?: readonly string[];
  /** Deletes nothing and says what would be. @default false */
  readonly dryRun?: boolean;
  readonly signal?: AbortSignal;
}

export interface VacuumReport {
  readonly version: number;
  readonly retentionMs: number;
  readonly plan: VacuumPlan;
  /** Nothing for a dry run. */
  readonly deleted: Deleted;
  /** Unfinished uploads below the table, ended when they are older than a day. Nothing for a dry run. */
  readonly uploads: SweptUploads;
}

/**
 * Deletes what no retained version of the table needs: removed files past retention, and what terminal attempts left. Never
 * a file that a retained version names, nor one that a run under way has written, unless the run is older than the
 * retention and than every entry of a cleaned log: then its commit meets DELTA_FILE_MISSING. Uploads that nobody finished go too.
 * Versions older than `plan.readableFrom` cannot be read afterwards. An abort stops between files; it may be repeated.
 */
export async function vacuumTable(table: DeltaTable, options: VacuumOptions = {}): Promise<VacuumReport> {
  const { terminalAttempts = [], dryRun = false, signal } = options;
  const given = signal ? { signal } : {};
  const retentionMs = checkRetention(await readSnapshotAt(table, given), options);
  const cutoffMs = table.clock.nowMs() - retentionMs;
  // Listed before the log is read: a file that is committed in between is named by then.
  const objects = await listObjects(table, signal);
  const account = await readLogAccount(table, { signal });
  const snapshot = await readSnapshotAt(table, given);
  const plan = planVacuum({ snapshot, account, objects, cutoffMs, terminalAttempts });
  const done = { version: snapshot.version, retentionMs, plan };
  if (dryRun) return { ...done, deleted: { files: 0, bytes: 0, revived: 0 }, uploads: { aborted: 0, kept: 0 } };
  // Before the deletes: a store that forbids it says so while nothing is lost.
  const prefix = toTableKey(table.path, "");
  const uploads = (await table.store.sweepUploads?.({ prefix, ...given })) ?? { aborted: 0, kept: 0 };
  return { ...done, deleted: await deleteFiles(table, plan.deletes, signal), uploads };
}

/** Everything below the table's root but its log. */
export async function listObjects(table: TableLocation, signal?: AbortSignal): Promise<readonly DatedObject[]> {
  const root = toTableKey(table.path, "");
  const objects: DatedObject[] = [];
  for await (const { key, sizeBytes, modifiedAtMs } of table.store.list(root, signal ? { signal } : {})) {
    const path = key.slice(root.length);
    if (!path.startsWith("_delta_log/")) objects.push({ path, sizeBytes, modifiedAtMs });
  }
  return objects;
}
