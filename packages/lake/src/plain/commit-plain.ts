import type { Clock, Random } from "@snowmelt/core/ports";
import { checkAddedFiles } from "../delta/check-added-files.ts";
import { checkLanes } from "../delta/check-lanes.ts";
import type { CommitConflict, CommitOptions, CommitOutcome } from "../delta/commit.ts";
import { pauseCeilingMs } from "../delta/commit-pause.ts";
import type { LaneStep } from "../delta/lane.ts";
import { toLaneTxns } from "../delta/lane-txns.ts";
import { type TableLocation, tableUri } from "../delta/read-commits.ts";
import type { TxnState } from "../delta/snapshot.ts";
import { lakeError } from "../lake-error.ts";
import { findPlainConflict } from "./find-plain-conflict.ts";
import { manifestGuarantee, type PlainFile, type PlainManifest } from "./manifest-file.ts";
import { type PlainSnapshot, toDeltaFile } from "./plain-snapshot.ts";
import type { PlainPlan } from "./plan-plain.ts";
import { putManifest } from "./put-manifest.ts";
import { readManifest } from "./read-manifests.ts";

export interface PlainCommitTable extends TableLocation {
  readonly clock: Clock;
  readonly random: Random;
  /** Newest state; undefined when there is no table. */
  readonly snapshot: (options?: { signal?: AbortSignal }) => Promise<PlainSnapshot | undefined>;
}

/**
 * Makes a plan visible to readers of the manifest, all or nothing, by putting the next manifest if absent. Lanes, conflicts
 * and repeats are those of a Delta commit: every conflict is a value, with lanes it may be repeated after any failure, and an
 * abort throws and commits nothing unless the manifest is there already, which is then reported as committed.
 */
export async function commitPlain(
  table: PlainCommitTable,
  plan: PlainPlan,
  options: CommitOptions = {},
): Promise<CommitOutcome> {
  const { lanes = [], info = {}, maxAttempts = 500, signal } = options;
  const commitId = table.random.uuid();
  /** Up to here no manifest was against the plan: under contention each is read once. */
  let passed = plan.readVersion ?? -1;
  for (let lost = 1; lost <= maxAttempts; lost++) {
    signal?.throwIfAborted();
    const beganMs = table.clock.monotonicMs();
    const snapshot = await table.snapshot(signal ? { signal } : {});
    const refused = checkLanes(snapshot, lanes) ?? (await checkPlan(table, plan, { snapshot, passed, signal }));
    if (refused) return refused;
    passed = snapshot?.version ?? -1;
    const manifest = toManifest(plan, snapshot, { commitId, lanes, info, nowMs: table.clock.nowMs() });
    const adds = plan.add.map((file) => ({ add: toDeltaFile(file) }));
    await checkAddedFiles(table, adds, signal);
    if ((await putManifest(table, manifest, signal)) === "ours")
      return { status: "committed", version: manifest.version };
    const tookMs = table.clock.monotonicMs() - beganMs;
    await table.clock.sleep(Math.floor(table.random.float() * pauseCeilingMs({ lost, tookMs })), signal);
  }
  return conflict(
    "contention",
    `${maxAttempts} versions of ${tableUri(table)} were taken by others one after another.`,
    undefined,
  );
}

async function checkPlan(
  table: TableLocation,
  plan: PlainPlan,
  {
    snapshot,
    passed,
    signal,
  }: {
    readonly snapshot: PlainSnapshot | undefined;
    readonly passed: number;
    readonly signal: AbortSignal | undefined;
  },
): Promise<CommitConflict | undefined> {
  const uri = tableUri(table);
  const { readVersion } = plan;
  if (readVersion === undefined)
    return snapshot && conflict("tableExists", `${uri} was made by another commit meanwhile.`, snapshot.version);
  if (!snapshot || snapshot.version < readVersion)
    return conflict(
      "tableMissing",
      `${uri} had version ${readVersion} when this was planned and has it no longer.`,
      snapshot?.version,
    );
  const since: PlainManifest[] = [];
  for (let version = passed + 1; version <= snapshot.version; version++) {
    const manifest = await readManifest(table, version, signal);
    if (!manifest)
      return conflict(
        "filesChanged",
        `Version ${version} of ${uri} was swept since this was planned, so what it did is not known.`,
        snapshot.version,
      );
    since.push(manifest);
  }
  const found = findPlainConflict(plan, since);
  if (!found) return undefined;
  const what = found.reason === "metadataChanged" ? "changed the columns" : `added or removed ${found.path}`;
  return conflict(
    found.reason,
    `Version ${found.version} of ${uri} ${what} after this was planned upon version ${readVersion}.`,
    snapshot.version,
  );
}

/** The next manifest: the state that the plan makes of the newest one. Pure. */
export function toManifest(
  plan: PlainPlan,
  snapshot: PlainSnapshot | undefined,
  commit: {
    readonly commitId: string;
    readonly lanes: readonly LaneStep[];
    readonly info: Readonly<Record<string, unknown>>;
    readonly nowMs: number;
  },
): PlainManifest {
  const { operation, table, columnsChanged, add, remove } = plan;
  const version = (snapshot?.version ?? -1) + 1;
  const files = new Map(snapshot?.files);
  for (const { path } of remove) files.delete(path);
  for (const file of add) {
    if (files.has(file.path))
      throw lakeError("PLAIN_PLAN_INVALID", `${file.path} was to be added, and the table has it already.`);
    files.set(file.path, file);
  }
  const live = [...files.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
  return {
    manifestVersion: 1,
    version,
    commitId: commit.commitId,
    previousCommitId: snapshot?.commitId ?? null,
    committedAtMs: commit.nowMs,
    engine: "snowmelt",
    guarantee: manifestGuarantee,
    operation,
    // An append that was planned upon an older version leaves the columns as they are by now.
    table: columnsChanged || !snapshot ? table : snapshot.table,
    columnsChanged,
    lanes: toLanes(snapshot?.txns ?? new Map(), commit, version),
    info: commit.info,
    added: add.map(({ path }) => path),
    removed: remove.map(({ path, sizeBytes, partitionValues }) => ({ path, sizeBytes, partitionValues })),
    rowCount: live.reduce((sum, { rowCount }) => sum + rowCount, 0),
    files: live.map((file): PlainFile => file),
  };
}

function toLanes(
  held: ReadonlyMap<string, TxnState>,
  { lanes, nowMs }: { readonly lanes: readonly LaneStep[]; readonly nowMs: number },
  version: number,
): PlainManifest["lanes"] {
  const next = new Map(held);
  const steps = lanes.flatMap((step) => toLaneTxns(step, { held, version, lastUpdated: nowMs }));
  for (const txn of steps) next.set(txn.appId, { version: txn.version, committedIn: version, lastUpdated: nowMs });
  return [...next].map(([appId, txn]) => ({
    appId,
    value: String(txn.version),
    updatedAtMs: txn.lastUpdated ?? null,
  }));
}

function conflict(reason: CommitConflict["reason"], message: string, version: number | undefined): CommitConflict {
  return { status: "conflict", reason, message, version };
}
