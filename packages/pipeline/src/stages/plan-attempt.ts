import { toAttemptPrefix } from "@snowmelt/lake/delta";
import { type ExtractPlan, planExtract, planUnload, type UnloadPlan } from "@snowmelt/snowflake";
import { fingerprintAt } from "../plan/fingerprint.ts";
import type { RunContext } from "../run/run-context.ts";
import type { Attempt, AttemptWindow, StagedFolder } from "../state/dataset-state.ts";
import type { Route } from "./find-route.ts";
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
    refreshes: inspected.refreshes,
    snapshotMicros: String(snapshotMicros),
    fingerprint: fingerprintAt(inspected.dataset, inspected.described, snapshotMicros),
    definitionHash: context.definitionHash,
    readBy: inspected.readBy,
    route: inspected.route.name,
    unloadId: inspected.route.name === "unload" ? attemptId : null,
    staged: stagedFolder(inspected.route, attemptId),
    requestId: context.random.uuid(),
    queryTag: `snowmelt ${inspected.lane} n=${laneVersion} attempt=${attemptId}`,
    sql: planStatement(inspected, { window, snapshotMicros, unloadId: attemptId }).sql,
    queryId: null,
    startedAtMs: context.clock.nowMs(),
  };
}

/** Another try of a window whose query may still be there: its own files, the same query, and what that unloaded. */
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

interface UnloadInput extends Pick<AttemptInput, "window" | "snapshotMicros"> {
  /** The attempt that begins it. */
  readonly unloadId: string;
}

/** The statement of an attempt, by the dataset's route. Pure. */
export function planStatement(inspected: InspectedDataset, input: UnloadInput): Pick<ExtractPlan, "sql"> {
  return planUnloading(inspected, input) ?? planExtraction(inspected, input);
}

/** Where an unload's files have to be fetched from; null where Snowflake writes into the lake itself. Pure. */
function stagedFolder(route: Route, unloadId: string): StagedFolder | null {
  if (route.name !== "unload" || route.stage.kind !== "internal") return null;
  const { database, schema, name } = route.stage;
  return { database, schema, name, folder: unloadFolder(route, unloadId) };
}

const unloadFolder = ({ folder }: { readonly folder: string }, unloadId: string): string =>
  folder + toAttemptPrefix(unloadId);

/** The COPY of an attempt and how its result is read; undefined for a dataset that is streamed. Pure. */
export function planUnloading(
  inspected: InspectedDataset,
  { window, snapshotMicros, unloadId }: UnloadInput,
): UnloadPlan | undefined {
  const { route, source, schema, guarantee } = inspected;
  if (route.name !== "unload") return undefined;
  return planUnload({
    source,
    landed: schema.extracted,
    window: sourceWindow(inspected, window),
    atMicros: guarantee.name === "snapshot" ? snapshotMicros : undefined,
    stage: route.stage,
    folder: unloadFolder(route, unloadId),
    partitionBy: schema.partitions.map(({ transform }) => transform),
    maxFileBytes: route.maxFileBytes,
  });
}
