import { encodeDataPath } from "../delta/data-path.ts";
import { attemptOf } from "../delta/orphans.ts";
import type { Snapshot } from "../delta/snapshot.ts";
import { versionAt } from "../read/resolve-version.ts";
import type { LogAccount } from "./log-account.ts";

/** An object below a table's root. */
export interface TableObject {
  /** Below the table's root. */
  readonly path: string;
  readonly sizeBytes: number;
}

export interface DatedObject extends TableObject {
  /** Milliseconds since the epoch, by the store. */
  readonly modifiedAtMs: number;
}

export interface VacuumQuestion {
  readonly snapshot: Snapshot;
  readonly account: LogAccount;
  readonly objects: readonly DatedObject[];
  /** Milliseconds since the epoch: what was removed later stays, and so does what a version had that was newest later. */
  readonly cutoffMs: number;
  /** Attempts that will never commit again. */
  readonly terminalAttempts: readonly string[];
}

export interface VacuumPlan {
  /**
   * `removed` by a version that the log tells of; `forgotten` by the log, which was cleaned of all that named it: it is
   * older than the retention and than every entry left; `orphan` of a terminal attempt.
   */
  readonly deletes: readonly (TableObject & { readonly reason: "removed" | "forgotten" | "orphan" })[];
  /** Removed files that stay, because retained versions name them. */
  readonly retained: readonly TableObject[];
  /**
   * Files that the log does not name and that it cannot have forgotten, of attempts that are not known to be over: written by
   * a run under way, or left by one that crashed. They stay.
   */
  readonly unnamed: readonly (TableObject & { readonly attemptId: string | undefined })[];
  /** The oldest version whose files are all sure to be there afterwards. */
  readonly readableFrom: number;
}

/**
 * Decides which files of a table go. Only removed ones that no retained version names, those whose removal the log was
 * cleaned of, and those that terminal attempts left. A version is retained while it was the newest at any moment since the cutoff. Pure.
 */
export function planVacuum(question: VacuumQuestion): VacuumPlan {
  const { snapshot, account, objects, cutoffMs } = question;
  const oldestRetained = versionAt(account.commits, cutoffMs) ?? account.commits[0]?.version ?? snapshot.version;
  const terminal = new Set(question.terminalAttempts);
  const forgottenBeforeMs = Math.min(cutoffMs, oldestEntryMs(account));
  const plan = {
    deletes: [] as VacuumPlan["deletes"][number][],
    retained: [] as TableObject[],
    unnamed: [] as VacuumPlan["unnamed"][number][],
  };
  for (const object of objects) {
    const { path } = object;
    if (snapshot.files.has(path) || isHidden(path)) continue;
    const isRemoved = account.removals.has(path) || snapshot.tombstones.has(path);
    if (isRemoved) {
      if (removedAt(question, path) > cutoffMs) plan.retained.push(object);
      else plan.deletes.push({ ...object, reason: "removed" });
      continue;
    }
    const attemptId = attemptOfKey(path);
    if (attemptId !== undefined && terminal.has(attemptId)) plan.deletes.push({ ...object, reason: "orphan" });
    else if (object.modifiedAtMs < forgottenBeforeMs) plan.deletes.push({ ...object, reason: "forgotten" });
    else plan.unnamed.push({ ...object, attemptId });
  }
  const readableFrom = Math.max(oldestRetained, lastLoss(question));
  return { ...plan, readableFrom: Math.min(readableFrom, snapshot.version) };
}

/**
 * When the oldest entry of a cleaned log was put. What a version before it added was written before, and what the versions
 * since added they name. A whole log has forgotten nothing, and one without entries does not tell.
 */
function oldestEntryMs({ commits: [oldest] }: LogAccount): number {
  return oldest === undefined || oldest.version === 0 ? Number.NEGATIVE_INFINITY : oldest.atMs;
}

/** The newest version that removed a file which is gone already, as an erasure deletes them; those before it named the file. */
function lastLoss({ account, objects }: VacuumQuestion): number {
  const held = new Set(objects.map(({ path }) => path));
  return [...account.removals].reduce(
    (last, [path, { version }]) => (held.has(path) ? last : Math.max(last, version)),
    0,
  );
}

/** By the log's time too: what was removed in a version after the cutoff is named by the one before, which is retained. */
function removedAt({ account, snapshot }: VacuumQuestion, path: string): number {
  return account.removals.get(path)?.removedAtMs ?? snapshot.tombstones.get(path) ?? Number.POSITIVE_INFINITY;
}

/** The log itself, and what Spark and others keep beside the data. */
const isHidden = (path: string): boolean =>
  path.split("/").some((part) => part.startsWith("_") || part.startsWith("."));

const attemptOfKey = (path: string): string | undefined => attemptOf(encodeDataPath(path));
