import { attemptOf } from "../delta/orphans.ts";
import type { ManifestAccount } from "./plain-account.ts";

/** An object below a table's root. */
export interface PlainObject {
  /** Below the table's root. */
  readonly path: string;
  readonly sizeBytes: number;
}

export interface PlainSweepPlan {
  /** Files that go: no retained version names them, and an older one did, or an attempt that is over left them. */
  readonly files: readonly (PlainObject & { readonly reason: "removed" | "orphan" })[];
  /** Versions whose manifests go. */
  readonly versions: readonly number[];
  /** Files that no manifest names, of attempts not known to be over. They stay. */
  readonly unnamed: readonly PlainObject[];
  /** The oldest version that can be read afterwards; undefined where there is no table. */
  readonly readableFrom: number | undefined;
}

/**
 * Decides what of a table goes. A version is retained while it was the newest at any moment since the cutoff, and its files
 * with it; the newest always is. Pure.
 */
export function planPlainSweep(question: {
  /** Every manifest, the oldest first. */
  readonly accounts: readonly ManifestAccount[];
  readonly objects: readonly PlainObject[];
  /** Milliseconds since the epoch. */
  readonly cutoffMs: number;
  /** Attempts that will never commit again. */
  readonly terminalAttempts: readonly string[];
}): PlainSweepPlan {
  const { accounts, objects, cutoffMs } = question;
  const isRetained = (index: number): boolean => (accounts[index + 1]?.committedAtMs ?? Infinity) > cutoffMs;
  const first = accounts.findIndex((_, index) => isRetained(index));
  const retained = first === -1 ? [] : accounts.slice(first);
  const kept = new Set(retained.flatMap(({ live }) => live));
  const named = new Set(accounts.flatMap(({ live, removed }) => [...live, ...removed]));
  const terminal = new Set(question.terminalAttempts);
  const files: PlainSweepPlan["files"][number][] = [];
  const unnamed: PlainObject[] = [];
  for (const object of objects) {
    if (kept.has(object.path)) continue;
    const attemptId = attemptOf(object.path);
    if (named.has(object.path)) files.push({ ...object, reason: "removed" });
    else if (attemptId !== undefined && terminal.has(attemptId)) files.push({ ...object, reason: "orphan" });
    else unnamed.push(object);
  }
  const versions = accounts.slice(0, Math.max(first, 0)).map(({ version }) => version);
  return { files, versions, unnamed, readableFrom: retained[0]?.version };
}
