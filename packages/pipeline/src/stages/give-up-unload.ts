import type { FileRefusal } from "@snowmelt/lake/delta";
import type { RunContext } from "../run/run-context.ts";
import type { StageRecord } from "../run/stage-record.ts";
import { type Attempt, retirePending } from "../state/dataset-state.ts";
import { noteRefusedUnload } from "../state/refused-unloads.ts";
import { sweepAttempts } from "./abandon-attempt.ts";
import { impossible, type Route } from "./find-route.ts";
import type { InspectedDataset } from "./inspect-dataset.ts";
import type { Next } from "./next-attempt.ts";
import { planAttempt } from "./plan-attempt.ts";

/**
 * What is streamed in place of an unload whose files are not the table's: the same window at the same moment. The refusal is
 * remembered, and the files go. Throws ROUTE_IMPOSSIBLE where the definition insists on the unload.
 */
export async function giveUpUnload(
  context: RunContext,
  inspected: InspectedDataset,
  {
    attempt,
    sourceRows,
    refusals,
    route,
    record,
  }: {
    readonly attempt: Attempt;
    readonly sourceRows: bigint | null;
    readonly refusals: readonly FileRefusal[];
    readonly route: Extract<Route, { name: "unload" }>;
    readonly record: StageRecord;
  },
): Promise<{ readonly inspected: InspectedDataset; readonly next: Extract<Next, { kind: "attempt" }> }> {
  const { state: store, stateObjects, definition, environmentName: environment } = context;
  const reasons = reasonsOf(refusals);
  if (route.isWanted) throw impossible(inspected.name, reasons);
  const reason = reasons.join("; ");
  const place = { environment, pipeline: definition.name, dataset: inspected.name };
  await noteRefusedUnload(stateObjects, place, { of: route.hash, reason });
  record.notice(
    "UNLOAD_REFUSED",
    `What Snowflake unloaded is not what the table declares, so it is streamed: ${reason}.`,
  );
  const streamed = {
    ...inspected,
    route: { name: "stream", why: `Snowflake's files were refused: ${reason}` } as const,
  };
  const { laneVersion, window, snapshotMicros } = attempt;
  const next = planAttempt(context, streamed, { laneVersion, window, snapshotMicros: BigInt(snapshotMicros) });
  await store.write({ ...retirePending(await store.read(inspected.lane)), pending: next });
  await sweepAttempts(context, inspected, attempt.unloadId ?? attempt.attemptId);
  return { inspected: streamed, next: { kind: "attempt", attempt: next, isRepeat: false, sourceRows } };
}

/** Once a column, however many files. */
const reasonsOf = (refusals: readonly FileRefusal[]): string[] => [
  ...new Set(refusals.map(({ column, expected, found }) => `column ${column} is ${found}, expected ${expected}`)),
];
