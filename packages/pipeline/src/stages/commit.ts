import { type CommitOutcome, commitStaged, type LaneGuard, type LaneStep, readLane } from "@snowmelt/lake/delta";
import type { TableState } from "../lake/dataset-table.ts";
import { pipelineError } from "../pipeline-error.ts";
import { refreshLane } from "../plan/lane.ts";
import { landingStep } from "../plan/lane-marks.ts";
import type { RunContext } from "../run/run-context.ts";
import type { StageRecord } from "../run/stage-record.ts";
import type { Attempt } from "../state/dataset-state.ts";
import type { InspectedDataset } from "./inspect-dataset.ts";
import type { LandedAttempt } from "./land.ts";
import { commitQuarantine } from "./quarantine.ts";
import type { StagedWrite } from "./stage-write.ts";

export interface Committed {
  readonly status: "committed" | "alreadyCommitted";
  readonly version: number;
}

/**
 * Makes the window visible: first the rows that were split off, then the table's own, in one entry of its log. Commits of
 * others that touch none of these rows are let pass; else the write is staged anew. COMMIT_LOST when the lane went on without
 * this window: nothing was committed, and another run plans from the table.
 */
export async function commit(
  context: RunContext,
  inspected: InspectedDataset,
  {
    landed,
    staged: first,
    stageAnew,
    record,
  }: {
    readonly landed: LandedAttempt;
    readonly staged: StagedWrite;
    /** Stages and verifies upon a newer snapshot. */
    readonly stageAnew: (snapshot: TableState | undefined) => Promise<StagedWrite>;
    /** Split-off rows are a stage of their own there. */
    readonly record: StageRecord;
  },
): Promise<Committed> {
  const { signal } = context;
  const { attempt } = landed;
  const quarantine = () => commitQuarantine(context, inspected, { attempt, files: landed.quarantined });
  await (landed.quarantined.length === 0 ? quarantine() : record.stage("quarantine", quarantine));
  const outcome = await commitStaged({
    first,
    stage: async () => stageAnew(await inspected.table.snapshot({ signal })),
    commit: (staged) =>
      staged.commit({
        lanes: lanesOf(context, inspected, { attempt, planned: staged.planned }),
        guards: guardsOf(context, inspected, attempt),
        info: commitInfo(context, inspected, landed),
        signal,
      }),
  });
  if (outcome.status === "conflict") throw lost(inspected, outcome);
  return outcome;
}

/** The dataset's own step; a refresh by a cursor also leaves its moment, for slices that were read before it. */
function lanesOf(
  { environmentName: environment, definition }: RunContext,
  { lane, name, purpose, dataset }: InspectedDataset,
  { attempt, planned }: { readonly attempt: Attempt; readonly planned: TableState | undefined },
): readonly LaneStep[] {
  const step = landingStep(lane, attempt);
  if (purpose.kind !== "refresh" || dataset.sync.kind !== "incremental") return [step];
  const appId = refreshLane({ environment, pipeline: definition.name, dataset: name });
  return [step, { appId, n: readLane(planned, appId).n + 1, hi: BigInt(attempt.snapshotMicros) }];
}

/** Whoever refreshed the table, or erased from it, did so upon rows that a slice under way may bring back. */
function guardsOf(
  { environmentName: environment, definition }: RunContext,
  { name, purpose }: InspectedDataset,
  { refreshes: n }: Attempt,
): readonly LaneGuard[] {
  if (purpose.kind !== "slice") return [];
  return [{ appId: refreshLane({ environment, pipeline: definition.name, dataset: name }), n }];
}

function commitInfo(
  { runId, definitionHash }: RunContext,
  { purpose }: InspectedDataset,
  { attempt }: LandedAttempt,
): Readonly<Record<string, unknown>> {
  const { fingerprint } = attempt;
  return {
    runId,
    purpose: purpose.kind,
    attemptId: attempt.attemptId,
    definitionHash,
    readBy: attempt.readBy,
    window: attempt.window,
    snapshotMicros: attempt.snapshotMicros,
    queryId: attempt.queryId,
    route: attempt.route,
    ...(fingerprint ? { fingerprint } : {}),
  };
}

const lost = ({ name }: InspectedDataset, outcome: Extract<CommitOutcome, { status: "conflict" }>) =>
  pipelineError(
    "COMMIT_LOST",
    `The window of ${name} was not committed: ${outcome.message} Run again; the next run plans from the table.`,
    {
      details: { reason: outcome.reason },
    },
  );
