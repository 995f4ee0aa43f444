import { type ExtractPlan, planExtract } from "@snowmelt/snowflake";
import { fingerprintAt } from "../plan/fingerprint.ts";
import type { RunContext } from "../run/run-context.ts";
import type { Attempt, AttemptWindow } from "../state/dataset-state.ts";
import type { InspectedDataset } from "./inspect-dataset.ts";
import { sourceWindow } from "./source-window.ts";

export interface AttemptInput {
  readonly laneVersion: number;
  readonly window: AttemptWindow | null;
  readonly snapshotMicros: bigint;
}

/** A new attempt with a query of its own, to be persisted before anything is sent. */
export function planAttempt(
  context: Pick<RunContext, "random" | "clock" | "runId" | "definitionHash">,
  inspected: InspectedDataset,
  { laneVersion, window, snapshotMicros }: AttemptInput,
): Attempt {
  const attemptId = context.random.uuid();
  return {
    attemptId,
    runId: context.runId,
    purpose: inspected.purpose.kind,
    laneVersion,
    window,
    snapshotMicros: String(snapshotMicros),
    fingerprint: fingerprintAt(inspected.dataset, inspected.described, snapshotMicros),
    definitionHash: context.definitionHash,
    readBy: inspected.readBy,
    requestId: context.random.uuid(),
    queryTag: `snowmelt ${inspected.lane} n=${laneVersion} attempt=${attemptId}`,
    sql: planExtraction(inspected, { window, snapshotMicros }).sql,
    queryId: null,
    startedAtMs: context.clock.nowMs(),
  };
}

/** Another try of a window whose query may still be there: its own files, the same query. */
export function repeatAttempt(context: Pick<RunContext, "random" | "clock" | "runId">, attempt: Attempt): Attempt {
  return { ...attempt, attemptId: context.random.uuid(), runId: context.runId, startedAtMs: context.clock.nowMs() };
}

/** The SELECT and how its rows are read, for a window at a snapshot. Pure. */
export function planExtraction(
  inspected: InspectedDataset,
  { window, snapshotMicros }: Pick<AttemptInput, "window" | "snapshotMicros">,
): ExtractPlan {
  return planExtract({
    source: inspected.source,
    landed: inspected.schema.extracted,
    window: sourceWindow(inspected, window),
    atMicros: inspected.guarantee.name === "snapshot" ? snapshotMicros : undefined,
  });
}
