import { attemptOf, checkLane } from "@snowmelt/lake/delta";
import type { LeaseStore, StageReply, StageRunner, StartCommand } from "../engine/index.ts";
import { landingStep } from "../plan/lane-marks.ts";
import { noteCommitted } from "../run/note-stages.ts";
import { sweepAttempts } from "../stages/abandon-attempt.ts";
import { type Committed, commit } from "../stages/commit.ts";
import type { InspectedDataset } from "../stages/inspect-dataset.ts";
import { restoreStaged } from "../stages/restore-staged.ts";
import { settle } from "../stages/settle.ts";
import { stageVerified } from "../stages/stage-verified.ts";
import { found, inspectAttempt, isPending, readLanded, textOf, withAttempt } from "./attempt-work.ts";
import { datasetStage } from "./dataset-stage.ts";
import { type Landed, Staged } from "./hand-over.ts";
import type { OpenStage, StageTask } from "./stage-task.ts";

/**
 * Makes the window visible, once: the table's own lane decides. What the table holds already is a success; a write that was staged
 * upon an older version is staged anew and verified. A fence that another run has overtaken commits nothing.
 */
export function commitStage(open: OpenStage, leases: Pick<LeaseStore, "find">): StageRunner {
  return datasetStage(open, async (task, command) => {
    const { context, record } = task;
    const landed = await readLanded(task, command);
    const { attempt } = landed;
    const inspected = await inspectAttempt(task, landed);
    const verdict = checkLane(inspected.snapshot, landingStep(inspected.lane, attempt));
    if (verdict.kind === "done") {
      const status = isOwn(inspected, landed) ? "committed" : "alreadyCommitted";
      return finish(task, { inspected, landed, committed: { status, version: verdict.version } });
    }
    const refused = await refuseFenced(leases, command);
    if (refused) return { reply: refused };
    return withAttempt(task, { attempt, inspected }, async () => {
      const key = textOf(command.results.verify, "staged");
      const left = found(await task.objects.find(key, Staged, context), task.name);
      const { snapshot } = inspected;
      const restored = restoreStaged(context, inspected, { left, landed, snapshot });
      const staged = restored ?? (await stageVerified(context, inspected, { landed, record, snapshot }));
      const committed = await record.stage("commit", () =>
        commit(context, inspected, {
          landed,
          staged,
          record,
          stageAnew: (newer) => stageVerified(context, inspected, { landed, record, snapshot: newer }),
        }),
      );
      return finish(task, { inspected, landed, committed });
    });
  });
}

/** Whether the table holds this attempt's files: then it was this attempt that committed the window, in a try that nobody heard of. */
function isOwn({ snapshot }: InspectedDataset, { attempt, files }: Landed): boolean {
  if (files.length === 0) return true;
  for (const path of snapshot?.files.keys() ?? []) if (attemptOf(path) === attempt.attemptId) return true;
  const own = attempt.unloadId;
  return own !== null && [...(snapshot?.files.keys() ?? [])].some((path) => attemptOf(path) === own);
}

async function finish(
  task: StageTask,
  {
    inspected,
    landed: { attempt },
    committed,
  }: { readonly inspected: InspectedDataset; readonly landed: Landed; readonly committed: Committed },
) {
  const { context, record } = task;
  noteCommitted(record, committed);
  if (await isPending(task, attempt)) await settle(context, inspected);
  await sweepAttempts(context, inspected);
  const { status, version } = committed;
  return { result: { outcome: status, version, laneVersion: attempt.laneVersion } };
}

async function refuseFenced(
  leases: Pick<LeaseStore, "find">,
  { fence, resource, task }: StartCommand,
): Promise<StageReply | undefined> {
  const holder = fence === null ? undefined : await leases.find(resource);
  if (holder === undefined || holder.fence === fence) return undefined;
  const message = `${holder.holder} has taken ${resource} since ${task} claimed it; nothing was committed.`;
  return { kind: "failed", failure: { code: "FENCED", message, retryable: true } };
}
