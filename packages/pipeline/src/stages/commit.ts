import type { CommitOutcome, Snapshot } from "@snowmelt/lake/delta";
import { pipelineError } from "../pipeline-error.ts";
import { attemptHi } from "../plan/next-step.ts";
import type { RunContext } from "../run/run-context.ts";
import { fingerprintOf } from "./choose-window.ts";
import type { InspectedDataset } from "./inspect-dataset.ts";
import type { LandedAttempt } from "./land.ts";
import { commitQuarantine } from "./quarantine.ts";
import type { StagedWrite } from "./stage-write.ts";

export interface Committed {
  readonly status: "committed" | "alreadyCommitted";
  readonly version: number;
}

const maxStagings = 5;

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
  }: {
    readonly landed: LandedAttempt;
    readonly staged: StagedWrite;
    /** Stages and verifies upon a newer snapshot. */
    readonly stageAnew: (snapshot: Snapshot | undefined) => Promise<StagedWrite>;
  },
): Promise<Committed> {
  const { signal } = context;
  const { attempt } = landed;
  await commitQuarantine(context, inspected, { attempt, files: landed.quarantined });
  let staged = first;
  for (let staging = 1; ; staging++) {
    const outcome = await inspected.table.commit(staged.plan, {
      lanes: [{ appId: inspected.lane, n: attempt.laneVersion, hi: attemptHi(attempt) }],
      info: commitInfo(context, inspected, landed),
      signal,
    });
    if (outcome.status !== "conflict") return outcome;
    if (outcome.reason !== "filesChanged" || staging === maxStagings) throw lost(inspected, outcome);
    staged = await stageAnew(await inspected.table.snapshot({ signal }));
  }
}

function commitInfo(
  { runId, definitionHash }: RunContext,
  inspected: InspectedDataset,
  { attempt }: LandedAttempt,
): Readonly<Record<string, unknown>> {
  const fingerprint = fingerprintOf(inspected);
  // An attempt that is repeated may be older than what the source was just asked: then it has no fingerprint.
  const isOfSnapshot = fingerprint && BigInt(fingerprint.lastAlteredMicros) <= BigInt(attempt.snapshotMicros);
  return {
    runId,
    attemptId: attempt.attemptId,
    definitionHash,
    readBy: attempt.readBy,
    window: attempt.window,
    snapshotMicros: attempt.snapshotMicros,
    queryId: attempt.queryId,
    ...(isOfSnapshot ? { fingerprint } : {}),
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
