import type { CommitOutcome } from "../delta/commit.ts";
import { isAbsoluteDataPath } from "../delta/data-path.ts";
import type { DeltaTable } from "../delta/delta-table.ts";
import { toTableKey } from "../delta/log-path.ts";
import { isAppendOnly } from "../delta/protocol.ts";
import { tableUri } from "../delta/read-commits.ts";
import type { Snapshot } from "../delta/snapshot.ts";
import { lakeError } from "../lake-error.ts";
import { readSnapshotAt, type TablePoint } from "../read/resolve-version.ts";
import { planRestore, type RestorePlan } from "./plan-restore.ts";

export interface RestoreOptions extends TablePoint {
  /** Writes nothing and says what would be. @default false */
  readonly dryRun?: boolean;
}

export type RestoreOutcome =
  | { readonly status: "restored"; readonly version: number; readonly target: number; readonly plan: RestorePlan }
  /** It is that version already, or it was a dry run. Nothing was written. */
  | { readonly status: "unchanged" | "planned"; readonly target: number; readonly plan: RestorePlan }
  /** Someone committed meanwhile. Nothing was written; look at what came, and restore again if it may go too. */
  | Extract<CommitOutcome, { readonly status: "conflict" }>;

/**
 * Makes a table what it was at a version or a moment, by a new commit; nothing is taken from its history. RESTORE_REFUSED
 * when a file of that version is gone, found by HEAD before anything is written. The plan's `effects` say what the lanes will
 * read again. A commit of someone else in between is a conflict and is never undone. After an error look at the history
 * before it is repeated.
 */
export async function restoreTable(table: DeltaTable, options: RestoreOptions): Promise<RestoreOutcome> {
  const { dryRun = false, signal } = options;
  const given = signal ? { signal } : {};
  const target = await readSnapshotAt(table, options);
  const current = await readSnapshotAt(table, given);
  const plan = planRestore(current, target, table.clock.nowMs());
  if (isAppendOnly(current.metaData) && plan.removedFiles.length > 0) {
    throw lakeError(
      "DELTA_UNSUPPORTED",
      `${tableUri(table)} is append-only (delta.appendOnly), so no version is restored.`,
    );
  }
  await checkFiles(table, target, signal);
  const isSame = target.version === current.version || isEmpty(plan);
  if (isSame || dryRun) return { status: isSame ? "unchanged" : "planned", target: target.version, plan };
  const outcome = await table.commit(plan.commit, {
    lanes: plan.lanes,
    info: { restoredVersion: target.version },
    ...given,
  });
  if (outcome.status === "conflict") return outcome;
  if (outcome.status === "alreadyCommitted") return movedOn(table, outcome.version);
  // A vacuum that was deciding when this was committed may not have seen it.
  await checkFiles(table, target, signal, outcome.version);
  return { status: "restored", version: outcome.version, target: target.version, plan };
}

/** The lanes stand where this would have put them, by another restore or an erasure. */
const movedOn = (table: DeltaTable, version: number): Extract<CommitOutcome, { readonly status: "conflict" }> => ({
  status: "conflict",
  reason: "lane",
  message: `Version ${version} of ${tableUri(table)} moved its lanes on meanwhile, by a restore or an erasure.`,
  version,
});

const isEmpty = ({ restoredFiles, removedFiles, commit }: RestorePlan): boolean =>
  restoredFiles.length + removedFiles.length === 0 && commit.actions.length === 0;

const concurrency = 16;

async function checkFiles(
  table: DeltaTable,
  target: Snapshot,
  signal?: AbortSignal,
  committedIn?: number,
): Promise<void> {
  const lost: string[] = [];
  const waiting = [...target.files].values();
  const check = async (): Promise<void> => {
    for (const [path, { size }] of waiting) {
      if (isAbsoluteDataPath(path)) continue;
      const held = await table.store.head(toTableKey(table.path, path), signal ? { signal } : {});
      if (held?.sizeBytes !== size) lost.push(path);
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, target.files.size) }, check));
  if (lost.length === 0) return;
  const [first] = lost.sort();
  const what = `${lost.length} of the ${target.files.size} files of version ${target.version} of ${tableUri(table)} are gone or changed, the first ${first}`;
  const then =
    committedIn === undefined
      ? "A vacuum has taken them; nothing was written. Restore a newer version."
      : `A vacuum took them while version ${committedIn} was committed, which cannot be read: restore version ${committedIn - 1}.`;
  throw lakeError("RESTORE_REFUSED", `${what}. ${then}`, {
    details: { lost: lost.slice(0, 100), version: target.version },
  });
}
