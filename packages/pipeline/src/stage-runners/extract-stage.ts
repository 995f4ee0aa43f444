import type { StageTruth } from "@snowmelt/core/engine";
import { isSnowmeltError } from "@snowmelt/core/errors";
import type { Receipts, StageReply, StageRunner, StartCommand } from "../engine/index.ts";
import { noteAttempt, noteInspected, noteWithout } from "../run/note-stages.ts";
import { sweepAttempts } from "../stages/abandon-attempt.ts";
import { isOfNoUse } from "../stages/begin-query.ts";
import { checkTable } from "../stages/check-table.ts";
import { awaitExtract, beginExtract, extractAnew } from "../stages/extract.ts";
import { type InspectedDataset, inspectDataset } from "../stages/inspect-dataset.ts";
import { type Next, nextAttempt } from "../stages/next-attempt.ts";
import { inspectAttempt } from "./attempt-work.ts";
import { Extracted, NotesOfStage, PlannedExtract } from "./hand-over.ts";
import { runMoment } from "./run-moment.ts";
import { stageFailure } from "./stage-failure.ts";
import { notesKey, type OpenStage, orFailure, type StageTask, succeed, withTask } from "./stage-task.ts";

/** For which the server may know nothing of a query that was just submitted. */
const unknownMs = 60_000;

const planKey = (key: string): string => `stages/${key}/plan.json`;

/**
 * Chooses the next window and submits its query, or finds the one of an earlier try. What is submitted is written down before it
 * is: whoever repeats the start sends the same, which the server answers with the first query. It is asked for by its id, and
 * nobody waits. A dataset that has nothing to land goes on at its catalog.
 */
export function extractStage(open: OpenStage, receipts: Pick<Receipts, "find">): StageRunner {
  const queryOf = async ({ key, externalId }: { readonly key: string; readonly externalId: string | null }) => {
    if (externalId !== null) return externalId;
    const receipt = await receipts.find(key);
    return receipt?.kind === "started" ? receipt.externalId : undefined;
  };
  return {
    start: (command, call) =>
      orFailure((noteTask) =>
        withTask(open, { command, call }, async (task) => {
          noteTask(task);
          const known = await task.objects.find(planKey(command.key), PlannedExtract);
          const planned = known ? { planned: known } : await plan(task, command);
          return "planned" in planned ? submit(task, planned.planned) : planned.reply;
        }),
      ),
    async observe(command, call) {
      const queryId = await queryOf(command);
      if (queryId === undefined) return { is: "absent" };
      return withTask(open, { command, call }, async (task): Promise<StageTruth> => {
        const planned = await task.objects.find(planKey(command.key), PlannedExtract);
        return planned ? look(task, { planned, queryId, key: command.key }) : { is: "absent" };
      });
    },
    async stop(command, call) {
      await withTask(open, { command, call }, async ({ context, objects }) => {
        const planned = await objects.find(planKey(command.key), PlannedExtract);
        if (!planned) return;
        const { session, signal } = context;
        const known = (await queryOf(command)) ?? planned.attempt.queryId;
        const queryId = known ?? (await session.findQueryByTag(planned.attempt.queryTag, { signal }))[0]?.queryId;
        if (queryId !== undefined) await session.cancel(queryId);
      });
    },
  };
}

async function plan(
  task: StageTask,
  { key }: StartCommand,
): Promise<{ readonly planned: PlannedExtract } | { readonly reply: StageReply }> {
  const { context, name, purpose, record, objects, lane } = task;
  const { state, signal } = context;
  const inspected = await record.stage("plan", () => inspectDataset(context, name, purpose));
  noteInspected(record, inspected);
  const snapshotMicros = await runMoment(task);
  const next = await record.stage("plan", () => nextAttempt(context, inspected, { record, snapshotMicros }));
  if (next.kind !== "attempt") return { reply: await nothingToLand(task, { key, inspected, next, snapshotMicros }) };
  const { attempt, isRepeat, sourceRows } = await usable(task, { inspected, next, snapshotMicros });
  const { described, columns, route } = inspected;
  const facts = { described, columns };
  const own: PlannedExtract = { attempt, isRepeat, sourceRows, facts, route, notes: record.notes() };
  const planned = await objects.keep(planKey(key), PlannedExtract, own, { signal });
  // Somebody was faster under the same key: theirs is what is landed.
  if (planned.attempt.attemptId !== attempt.attemptId)
    await state.write({ ...(await state.read(lane, { signal })), pending: planned.attempt }, { signal });
  return { planned };
}

async function nothingToLand(
  task: StageTask,
  {
    key,
    inspected,
    next,
    snapshotMicros,
  }: {
    readonly key: string;
    readonly inspected: InspectedDataset;
    readonly next: Exclude<Next, { kind: "attempt" }>;
    readonly snapshotMicros: bigint;
  },
): Promise<StageReply> {
  const { context, record } = task;
  await sweepAttempts(context, inspected);
  const { kind } = next;
  if (kind === "empty" || kind === "unchanged")
    await record.stage("check", () => checkTable(context, inspected, { record, outcome: kind }));
  const outcome = noteWithout(record, inspected, { next, snapshotMicros });
  return succeed(task, key, { result: { outcome }, goTo: "catalog" });
}

/** The attempt, or one at a new moment where the earlier query has failed or its result is gone. */
async function usable(
  { context, record }: StageTask,
  {
    inspected,
    next,
    snapshotMicros,
  }: {
    readonly inspected: InspectedDataset;
    readonly next: Extract<Next, { kind: "attempt" }>;
    readonly snapshotMicros: bigint;
  },
): Promise<Extract<Next, { kind: "attempt" }>> {
  const { queryId } = next.attempt;
  if (!next.isRepeat || queryId === null) return next;
  const { session, signal } = context;
  const phase = await session.queryPhase(queryId, { signal });
  if (phase === "running") return next;
  if (phase === "success" && (await isThere())) return next;
  return extractAnew(context, inspected, { ...next, record, snapshotMicros });

  async function isThere(): Promise<boolean> {
    try {
      await session.openResult(queryId ?? "", { signal });
      return true;
    } catch (error) {
      if (isOfNoUse(error)) return false;
      throw error;
    }
  }
}

async function submit(task: StageTask, planned: PlannedExtract): Promise<StageReply> {
  const inspected = await inspectAttempt(task, planned);
  const { attempt, isRepeat, sourceRows } = planned;
  const begun = await beginExtract(task.context, inspected, { kind: "attempt", attempt, isRepeat, sourceRows });
  return { kind: "started", externalId: begun.attempt.queryId };
}

async function look(
  task: StageTask,
  { planned, queryId, key }: { readonly planned: PlannedExtract; readonly queryId: string; readonly key: string },
): Promise<StageTruth> {
  const { context, record, objects } = task;
  const { session, clock, signal } = context;
  const { attempt, isRepeat, sourceRows, facts, route } = planned;
  const phase = await session.queryPhase(queryId, { signal });
  const isNew = phase === "unknown" && clock.nowMs() - attempt.startedAtMs < unknownMs;
  if (phase === "running" || isNew) return { is: "running", externalId: queryId };
  if (phase === "unknown") return gone(queryId);
  try {
    const inspected = await inspectAttempt(task, planned);
    const begun = { attempt: { ...attempt, queryId }, isRepeat, sourceRows };
    const ended = await awaitExtract(context, inspected, { begun, record });
    if (!ended) return gone(queryId);
    noteAttempt(record, inspected, ended.attempt);
    const extracted = `stages/${key}/extracted.json`;
    await objects.keep(extracted, Extracted, { ...ended, facts, route, notes: [] }, { signal });
    const { startedAtMs, attemptId } = attempt;
    const durationMs = Math.max(0, clock.nowMs() - startedAtMs);
    const waited = {
      ...record.notes(),
      stages: [{ stage: "extract" as const, startedAtMs, durationMs }],
      spentMs: durationMs,
    };
    const notes = notesKey(key);
    await objects.keep(notes, NotesOfStage, { notes: [planned.notes, waited] });
    return { is: "succeeded", result: { outcome: "extracted", extracted, notes, attemptId, queryId } };
  } catch (error) {
    if (isSnowmeltError(error, "STATEMENT_CANCELLED")) return { is: "stopped" };
    const failure = stageFailure(error, "extract");
    return { is: "failed", failure: { ...failure, message: task.redact(failure.message) } };
  }
}

/** Only a new look at the table and the source can mend it. */
const gone = (queryId: string): StageTruth => ({
  is: "failed",
  failure: {
    code: "FENCED",
    message: `RESULT_EXPIRED: The server has the result of query ${queryId} no more; the window is planned again.`,
    retryable: true,
  },
});
