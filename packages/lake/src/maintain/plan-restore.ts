import type { CommitPlan } from "../delta/commit-plan.ts";
import { toExactJson } from "../delta/exact-json.ts";
import type { LaneStep } from "../delta/lane.ts";
import { readLaneMark } from "../delta/lane-txns.ts";
import { fileMetrics, toRemove } from "../delta/plan-table.ts";
import type { Snapshot } from "../delta/snapshot.ts";
import { lakeError } from "../lake-error.ts";
import { isLiveLane, tableLanes } from "./table-lanes.ts";

/** What a restore undoes of a lane. */
export interface RestoredLane {
  readonly appId: string;
  /** Where the lane stands afterwards. */
  readonly n: number;
  readonly hi: bigint;
  /** Where its windows ended before. */
  readonly previousHi: bigint;
  /**
   * `readAgain`: the next run reads from `hi`. `rolledBack`: a slice whose rows are gone; it has to be run again as another
   * backfill. `unchanged`: nothing of it was undone, and windows under way have to plan again.
   */
  readonly effect: "readAgain" | "rolledBack" | "unchanged";
}

export interface RestorePlan {
  readonly commit: CommitPlan;
  readonly lanes: readonly LaneStep[];
  readonly effects: readonly RestoredLane[];
  /** Paths of the files that come back. */
  readonly restoredFiles: readonly string[];
  readonly removedFiles: readonly string[];
}

/**
 * The commit that makes the table what it was at `target`: files come back or go, the metadata is the old one, the protocol
 * stays. Every lane moves on by one: the live ones with the window end of `target`, so that what was undone is read again;
 * RESTORE_REFUSED where that cannot be known. Pure.
 */
export function planRestore(current: Snapshot, target: Snapshot, nowMs: number): RestorePlan {
  if (current.metaData.id !== target.metaData.id) {
    throw refused(`version ${target.version} is of another table (its id is ${target.metaData.id})`);
  }
  const effects = [...tableLanes(current)].flatMap(([appId, now]) =>
    now.hi === undefined ? [] : restoreLane(appId, now, tableLanes(target).get(appId)),
  );
  const restored = [...target.files].filter(([path]) => !current.files.has(path));
  const removed = [...current.files].filter(([path]) => !target.files.has(path));
  const adds = restored.map(([, add]) => ({ ...add, dataChange: true }));
  const removes = removed.map(([, add]) => toRemove(add, nowMs));
  const isSameMetaData = toExactJson(current.metaData) === toExactJson(target.metaData);
  return {
    commit: {
      operation: "RESTORE",
      operationParameters: { version: `${target.version}` },
      operationMetrics: {
        ...fileMetrics(adds, removes),
        numRestoredFiles: `${adds.length}`,
        numOfFilesAfterRestore: `${target.files.size}`,
      },
      readVersion: current.version,
      tableId: current.metaData.id,
      isBlindAppend: false,
      conflictRule: { kind: "table" },
      actions: [
        ...(isSameMetaData ? [] : [{ metaData: target.metaData }]),
        ...removes.map((remove) => ({ remove })),
        ...adds.map((add) => ({ add })),
      ],
    },
    lanes: effects.map((effect) => toStep(effect, { current, target })),
    effects,
    restoredFiles: restored.map(([path]) => path),
    removedFiles: removed.map(([path]) => path),
  };
}

/**
 * By what the lane's windows were read stays true of it. The source's fingerprint does not, for a refresh has to land again;
 * and a slice that was rolled back does not say any more that it was read.
 */
/** What the windows are bounds of, and which step landed last: this one lands nothing. */
const keptMarks = ["readBy", "landed"];

function toStep(
  { appId, n, hi, effect }: RestoredLane,
  { current, target }: { readonly current: Snapshot; readonly target: Snapshot },
): LaneStep {
  if (effect === "rolledBack") return { appId, n, hi };
  const from = effect === "readAgain" ? target : current;
  const marks = keptMarks.flatMap((name): [string, bigint][] => {
    const mark = readLaneMark(from, appId, name);
    return mark === undefined ? [] : [[name, mark]];
  });
  return { appId, n, hi, ...(marks.length === 0 ? {} : { marks: Object.fromEntries(marks) }) };
}

function restoreLane(
  appId: string,
  now: { readonly n: number; readonly hi: bigint },
  then: { readonly n: number; readonly hi: bigint | undefined } | undefined,
): readonly RestoredLane[] {
  const step = { appId, n: now.n + 1, previousHi: now.hi };
  if (then?.n === now.n) return [{ ...step, hi: now.hi, effect: "unchanged" }];
  if (!isLiveLane(appId)) return [{ ...step, hi: now.hi, effect: "rolledBack" }];
  if (then?.hi === undefined) {
    throw refused(
      `the lane ${appId} had no window then, so that what has to be read again cannot be known. Restore a version from its first window on, or land into a new table`,
    );
  }
  return [{ ...step, hi: then.hi, effect: "readAgain" }];
}

const refused = (why: string) => lakeError("RESTORE_REFUSED", `The version cannot be restored: ${why}.`);
