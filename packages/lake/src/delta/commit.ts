import { isSnowmeltError } from "@snowmelt/core/errors";
import type { Clock, Random } from "@snowmelt/core/ports";
import { lakeError } from "../lake-error.ts";
import type { Action, CommitInfo } from "./action.ts";
import { checkAddedFiles } from "./check-added-files.ts";
import { checkGuards, checkLanes, type LaneGuard } from "./check-lanes.ts";
import { toCommitBody } from "./commit-body.ts";
import { pauseCeilingMs } from "./commit-pause.ts";
import { type CommitPlan, checkActions } from "./commit-plan.ts";
import { findConflict } from "./find-conflict.ts";
import type { LaneState, LaneStep } from "./lane.ts";
import { toLaneTxns } from "./lane-txns.ts";
import { toCommitPath, toTableKey } from "./log-path.ts";
import { checkWritable, isAppendOnly } from "./protocol.ts";
import { putEntry } from "./put-entry.ts";
import { readCommits, type TableLocation, tableUri } from "./read-commits.ts";
import type { Commit, Snapshot } from "./snapshot.ts";

export interface CommitOptions {
  /**
   * The steps the commit makes. The first decides: when the table has it already, with the same window and landing, the commit is
   * done. Further ones (a full refresh advances the live lane) must be ready too.
   */
  readonly lanes?: readonly LaneStep[];
  /** Lanes that the commit does not step and that must stand where they stood. A commit that is there already is done all the same. */
  readonly guards?: readonly LaneGuard[];
  /** Put into `commitInfo` under `snowmelt`: window, snapshot, definition hash. Plain data; bigints are written exactly. */
  readonly info?: Readonly<Record<string, unknown>>;
  /** Versions tried before `contention` is reported: minutes, where others commit all the while. @default 500 */
  readonly maxAttempts?: number;
  readonly signal?: AbortSignal;
}

export type CommitOutcome =
  | { readonly status: "committed"; readonly version: number }
  /** The lane's step, with the same window and the same landing, was there before. Nothing was written. */
  | { readonly status: "alreadyCommitted"; readonly version: number }
  /** Nothing was written. Plan again from the table as it is. */
  | CommitConflict;

export interface CommitConflict {
  readonly status: "conflict";
  readonly reason:
    | "lane"
    | "tableExists"
    | "tableMissing"
    | "metadataChanged"
    | "filesChanged"
    /** What was committed since the plan was cleaned out of the log, so nobody can tell whether it is against the plan. */
    | "logCleaned"
    | "contention";
  /** For people. */
  readonly message: string;
  /** The version at which it was found. */
  readonly version: number | undefined;
  /** For `lane`: the step that does not fit, and what the table has of it. */
  readonly lane?: { readonly step: LaneStep; readonly found: LaneState };
}

export interface CommitTable extends TableLocation {
  readonly clock: Clock;
  readonly random: Random;
  /** Newest state; undefined when there is no table. */
  readonly snapshot: (options?: { signal?: AbortSignal }) => Promise<Snapshot | undefined>;
}

/**
 * Makes a plan visible, all or nothing, by putting the next entry of the log if absent. Every conflict is a value. With
 * lanes it may be repeated after any failure: a step is made once; without lanes only after a look at the history, for an
 * answer may be lost and the entry still arrive. An abort throws and commits nothing, unless it comes when the entry is
 * there already, which is then reported as committed.
 */
export async function commitPlan(
  table: CommitTable,
  plan: CommitPlan,
  options: CommitOptions = {},
): Promise<CommitOutcome> {
  const { lanes = [], guards = [], maxAttempts = 500, signal } = options;
  const txnId = table.random.uuid();
  /** Up to here no commit was against the plan: under contention each entry is looked at once. */
  let passed = plan.readVersion ?? -1;
  for (let lost = 1; lost <= maxAttempts; lost++) {
    signal?.throwIfAborted();
    const beganMs = table.clock.monotonicMs();
    const snapshot = await table.snapshot(signal ? { signal } : {});
    const early = checkLanes(snapshot, lanes) ?? checkGuards(snapshot, guards) ?? checkTable(table, plan, snapshot);
    if (early) return early;
    const last = snapshot?.version ?? -1;
    const [change, files] = await Promise.allSettled([
      findChange(table, plan, { first: passed + 1, last, signal }),
      checkAddedFiles(table, plan.actions, signal),
    ]);
    if (change.status === "rejected") throw change.reason;
    if (change.value) return change.value;
    if (files.status === "rejected") throw files.reason;
    passed = last;
    const version = passed + 1;
    const actions = toActions(table, plan, { ...options, txnId, version, snapshot });
    checkActions(actions);
    const key = toTableKey(table.path, toCommitPath(version));
    const put = await putEntry(table, { key, body: toCommitBody(actions), txnId, signal });
    if (put === "ours") return { status: "committed", version };
    const tookMs = table.clock.monotonicMs() - beganMs;
    await table.clock.sleep(Math.floor(table.random.float() * pauseCeilingMs({ lost, tookMs })), signal);
  }
  return {
    status: "conflict",
    reason: "contention",
    message: `${maxAttempts} versions of ${tableUri(table)} were taken by others one after another.`,
    version: undefined,
  };
}

/** Whether it is the table that the plan was made upon, and one that may be changed so. */
function checkTable(table: CommitTable, plan: CommitPlan, snapshot: Snapshot | undefined): CommitConflict | undefined {
  const uri = tableUri(table);
  if (plan.readVersion === undefined) {
    if (!snapshot) return undefined;
    return conflict("tableExists", `${uri} was created by another commit meanwhile.`, snapshot.version);
  }
  if (!snapshot || snapshot.version < plan.readVersion) {
    return conflict(
      "tableMissing",
      `${uri} had version ${plan.readVersion} when this was planned and has it no longer.`,
      snapshot?.version,
    );
  }
  const { id } = snapshot.metaData;
  if (plan.tableId !== id) {
    return conflict(
      "tableMissing",
      `${uri} was the table ${plan.tableId} when this was planned upon version ${plan.readVersion}, and is another by now: ${id}.`,
      snapshot.version,
    );
  }
  checkWritable(snapshot.protocol, snapshot.metaData, uri);
  const changing = plan.actions.find((action) => "remove" in action && action.remove.dataChange);
  if (changing && isAppendOnly(snapshot.metaData)) {
    throw lakeError(
      "DELTA_UNSUPPORTED",
      `${uri} is append-only (delta.appendOnly), so ${plan.operation} may not remove files.`,
    );
  }
  return undefined;
}

/** What the commits of a range did against the plan. */
async function findChange(
  table: CommitTable,
  plan: CommitPlan,
  { signal, ...range }: { readonly first: number; readonly last: number; readonly signal: AbortSignal | undefined },
): Promise<CommitConflict | undefined> {
  if (plan.readVersion === undefined) return undefined;
  const uri = tableUri(table);
  const since: Commit[] = [];
  try {
    for await (const commit of readCommits(table, range, signal)) since.push(commit);
  } catch (error) {
    // The state above has just been read whole, so what is missing lies below its checkpoint.
    if (!isSnowmeltError(error, "DELTA_LOG_GAP")) throw error;
    const message = `This was planned upon version ${plan.readVersion} of ${uri}, and waited until the log was cleaned of what was committed after it; the table is at version ${range.last}. Nothing was committed. Plan again from the table; nothing has to be restored.`;
    return conflict("logCleaned", message, range.last);
  }
  const found = findConflict(plan, since);
  if (!found) return undefined;
  const what = found.reason === "metadataChanged" ? "changed the metadata" : `added or removed ${found.path}`;
  return conflict(
    found.reason,
    `Version ${found.version} of ${uri} ${what} after this was planned upon version ${plan.readVersion}.`,
    range.last,
  );
}

function conflict(reason: CommitConflict["reason"], message: string, version: number | undefined): CommitConflict {
  return { status: "conflict", reason, message, version };
}

function toActions(
  table: CommitTable,
  plan: CommitPlan,
  own: CommitOptions & {
    readonly txnId: string;
    readonly version: number;
    readonly snapshot: Snapshot | undefined;
  },
): readonly Action[] {
  const nowMs = table.clock.nowMs();
  const commitInfo: CommitInfo = {
    timestamp: nowMs,
    operation: plan.operation,
    operationParameters: plan.operationParameters,
    ...(plan.operationMetrics ? { operationMetrics: plan.operationMetrics } : {}),
    ...(own.snapshot ? { readVersion: own.snapshot.version } : {}),
    isBlindAppend: plan.isBlindAppend,
    engineInfo: "snowmelt",
    txnId: own.txnId,
    ...(own.info ? { snowmelt: own.info } : {}),
  };
  const at = { held: own.snapshot?.txns ?? new Map(), version: own.version, lastUpdated: nowMs };
  const txns = (own.lanes ?? []).flatMap((step) => toLaneTxns(step, at));
  return [{ commitInfo }, ...plan.actions, ...txns.map((txn) => ({ txn }))];
}
