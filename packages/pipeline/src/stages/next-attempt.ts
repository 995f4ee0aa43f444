import { type NextStep, nextStep } from "../plan/next-step.ts";
import { isBeforeRefresh } from "../plan/purpose.ts";
import { instantText } from "../plan/window.ts";
import type { RunContext } from "../run/run-context.ts";
import type { StageRecord } from "../run/stage-record.ts";
import { type Attempt, type DatasetState, renewPending, retirePending } from "../state/dataset-state.ts";
import { isGone } from "./begin-query.ts";
import { chooseWindow } from "./choose-window.ts";
import { countSource } from "./count-source.ts";
import type { InspectedDataset } from "./inspect-dataset.ts";
import { planAttempt, planStatement, repeatAttempt } from "./plan-attempt.ts";

export type Next =
  | {
      readonly kind: "attempt";
      readonly attempt: Attempt;
      readonly isRepeat: boolean;
      readonly sourceRows: bigint | null;
    }
  | { readonly kind: "settled"; readonly attempt: Attempt }
  /** A slice that the table holds. */
  | { readonly kind: "done" }
  | { readonly kind: "empty"; readonly window: { readonly lo: string | null; readonly hi: string } }
  | { readonly kind: "unchanged" };

/**
 * Decides what a dataset does next and writes it down before anything is sent: the window and its lane version are in the
 * state when this returns. An earlier attempt whose window still stands is repeated, with its own bounds.
 */
export async function nextAttempt(
  context: RunContext,
  inspected: InspectedDataset,
  { record, snapshotMicros }: { readonly record: StageRecord; readonly snapshotMicros: bigint },
): Promise<Next> {
  const { state: store, signal } = context;
  const state = await store.read(inspected.lane, { signal });
  const step = nextStep(state, inspected.position, inspected);
  switch (step.kind) {
    case "settle":
      await store.write(retirePending(state), { signal });
      record.notice(
        "COMMIT_FOUND",
        `Run ${step.attempt.runId} had committed this window before it ended; the table holds it.`,
      );
      return { kind: "settled", attempt: step.attempt };
    case "done":
      return { kind: "done" };
    case "repeat":
      return repeat(context, inspected, { state, step, record, snapshotMicros });
    case "fresh": {
      if (step.superseded) {
        record.notice(
          "ATTEMPT_SUPERSEDED",
          `An attempt of run ${step.superseded.runId} does not go on from where the table ends; it is given up.`,
        );
      }
      const choice = await chooseWindow(context, inspected, { hi: step.lo, snapshotMicros });
      if (choice.isRestart) {
        record.notice(
          "CURSOR_CHANGED",
          `The table's last window was read by another cursor, so this one reads the source from the beginning and merges it by key.`,
        );
      }
      const open = retirePending(state);
      if (choice.kind !== "land") {
        if (open !== state) await store.write(open, { signal });
        return choice.kind === "empty" ? { kind: "empty", window: choice.window } : { kind: "unchanged" };
      }
      const { window, sourceRows } = choice;
      const attempt = planAttempt(context, inspected, { laneVersion: step.laneVersion, window, snapshotMicros });
      await store.write({ ...open, pending: attempt }, { signal });
      return { kind: "attempt", attempt, isRepeat: false, sourceRows };
    }
    default:
      return step satisfies never;
  }
}

/** The query of the earlier attempt is of use only while it asks for what the definition lands now. */
async function repeat(
  context: RunContext,
  inspected: InspectedDataset,
  {
    state,
    step,
    record,
    snapshotMicros,
  }: {
    readonly state: DatasetState;
    readonly step: Extract<NextStep, { kind: "repeat" }>;
    readonly record: StageRecord;
    readonly snapshotMicros: bigint;
  },
): Promise<Next> {
  const { attempt: earlier } = step;
  const { window } = earlier;
  const asked = { window, snapshotMicros: BigInt(earlier.snapshotMicros) };
  const isOfUse =
    planStatement(inspected, { ...asked, unloadId: earlier.unloadId ?? earlier.attemptId }).sql === earlier.sql &&
    (inspected.purpose.kind !== "slice" || earlier.refreshes === inspected.refreshes) &&
    !isBeforeRefresh(inspected.purpose, inspected.refreshedMicros, asked.snapshotMicros);
  const count = isOfUse ? await countUnlessGone(context, inspected, asked) : "gone";
  const isSame = count !== "gone";
  const attempt = isSame
    ? repeatAttempt(context, earlier)
    : planAttempt(context, inspected, { laneVersion: earlier.laneVersion, window, snapshotMicros });
  await context.state.write(isSame ? renewPending(state, attempt) : { ...retirePending(state), pending: attempt }, {
    signal: context.signal,
  });
  record.notice(
    "WINDOW_REPEATED",
    `Run ${earlier.runId} did not finish this window; it is landed again with the same bounds${isSame ? `, as of ${instantText(asked.snapshotMicros)}` : ""}.`,
  );
  const sourceRows = isSame ? count : await countSource(context, inspected, { window, snapshotMicros });
  return { kind: "attempt", attempt, isRepeat: isSame, sourceRows };
}

/** A moment is gone when the source was made anew since, or is older than its time travel reaches. */
async function countUnlessGone(
  context: RunContext,
  inspected: InspectedDataset,
  asked: Parameters<typeof countSource>[2],
): Promise<bigint | null | "gone"> {
  try {
    return await countSource(context, inspected, asked);
  } catch (error) {
    if (isGone(error)) return "gone";
    throw error;
  }
}
