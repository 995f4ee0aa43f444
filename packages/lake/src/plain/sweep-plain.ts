import { toTableKey } from "../delta/log-path.ts";
import { toAttemptPrefix } from "../delta/orphans.ts";
import { tableUri } from "../delta/read-commits.ts";
import { lakeError } from "../lake-error.ts";
import { toManifestPath } from "./manifest-path.ts";
import { readPlainAccount } from "./plain-account.ts";
import type { PlainTable } from "./plain-table.ts";
import { type PlainObject, type PlainSweepPlan, planPlainSweep } from "./plan-plain-sweep.ts";

export interface SweepPlainOptions {
  /** Milliseconds for which a version that was replaced stays, with its files. @default 604_800_000 (7 days) */
  readonly retentionMs?: number;
  /** Has to be said for less than 7 days: reads under way, and a catalog that is behind, may lose their files. */
  readonly acceptShortRetention?: true;
  /** Attempts that will never commit again, whose files may go. Those of any other attempt stay. @default [] */
  readonly terminalAttempts?: readonly string[];
  /** Deletes nothing and says what would be. @default false */
  readonly dryRun?: boolean;
  readonly signal?: AbortSignal;
}

const promisedMs = 7 * 24 * 3_600_000;

/**
 * Deletes what no retained version needs: old manifests and the files that they alone name, and what attempts left that are
 * over. Never a file that a retained version names, nor one that a run under way has written. Files go before the manifests
 * that name them, so an abort, which stops between two, leaves nothing that a repeat does not find.
 */
export async function sweepPlainTable(table: PlainTable, options: SweepPlainOptions = {}): Promise<PlainSweepPlan> {
  const { retentionMs = promisedMs, acceptShortRetention, terminalAttempts = [], dryRun = false, signal } = options;
  if (!(retentionMs >= 0) || (retentionMs < promisedMs && !acceptShortRetention))
    throw lakeError(
      "VACUUM_RETENTION_SHORT",
      `A sweep of ${tableUri(table)} was to keep replaced versions for ${retentionMs} ms, expected ${promisedMs} (7 days) or more. Readers under way and a catalog that is behind would lose files. Keep them as long, or accept it in so many words.`,
      { details: { promisedMs, retentionMs } },
    );
  // Listed before the manifests are read: a file that is committed in between is named by then.
  const objects = await listBelow(table, "data/", signal);
  const accounts = await readPlainAccount(table, signal);
  const cutoffMs = table.clock.nowMs() - retentionMs;
  const plan = planPlainSweep({ accounts, objects, cutoffMs, terminalAttempts });
  if (dryRun) return plan;
  await deleteAll(table, plan.files, signal);
  for (const version of plan.versions) await remove(table, toManifestPath(version), signal);
  return plan;
}

/** Deletes files of attempts that are over which no manifest names. May be repeated. */
export async function sweepPlainOrphans(
  table: PlainTable,
  options: { readonly terminalAttempts: readonly string[]; readonly signal?: AbortSignal },
): Promise<{ readonly files: number; readonly bytes: number }> {
  const { terminalAttempts, signal } = options;
  const objects: PlainObject[] = [];
  for (const attemptId of terminalAttempts)
    objects.push(...(await listBelow(table, toAttemptPrefix(attemptId), signal)));
  if (objects.length === 0) return { files: 0, bytes: 0 };
  const accounts = await readPlainAccount(table, signal);
  const { files } = planPlainSweep({ accounts, objects, cutoffMs: -Infinity, terminalAttempts });
  const orphans = files.filter(({ reason }) => reason === "orphan");
  await deleteAll(table, orphans, signal);
  return { files: orphans.length, bytes: orphans.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) };
}

/** Every object of a table whose path begins so. */
export async function listBelow(
  table: Pick<PlainTable, "store" | "path">,
  prefix: string,
  signal: AbortSignal | undefined,
): Promise<readonly PlainObject[]> {
  const root = toTableKey(table.path, "");
  const found: PlainObject[] = [];
  for await (const { key, sizeBytes } of table.store.list(root + prefix, signal ? { signal } : {}))
    found.push({ path: key.slice(root.length), sizeBytes });
  return found;
}

async function deleteAll(table: PlainTable, objects: readonly PlainObject[], signal: AbortSignal | undefined) {
  for (const { path } of objects) await remove(table, path, signal);
}

async function remove(table: PlainTable, path: string, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted();
  await table.store.delete(toTableKey(table.path, path), signal ? { signal } : {});
}
