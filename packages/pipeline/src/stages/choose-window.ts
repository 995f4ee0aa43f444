import type { Incremental } from "@snowmelt/core/definition";
import { parseWindow, planWindow } from "@snowmelt/snowflake";
import { pipelineError } from "../pipeline-error.ts";
import { fingerprintAt } from "../plan/fingerprint.ts";
import { fingerprintMark } from "../plan/lane-marks.ts";
import { resumeFrom } from "../plan/read-by.ts";
import { boundNumber, cursorOf, lagMicros } from "../plan/window.ts";
import type { RunContext } from "../run/run-context.ts";
import type { AttemptWindow } from "../state/dataset-state.ts";
import { countSource } from "./count-source.ts";
import type { InspectedDataset } from "./inspect-dataset.ts";

export type WindowChoice =
  | {
      readonly kind: "land";
      readonly window: AttemptWindow | null;
      readonly snapshotMicros: bigint;
      /** Rows the source has in the window at the snapshot; null where it cannot be asked for the same moment. */
      readonly sourceRows: bigint | null;
      /** The table's last window was read by another cursor, so this one begins at the beginning. */
      readonly isRestart: boolean;
    }
  | {
      readonly kind: "empty";
      readonly window: AttemptWindow;
      readonly snapshotMicros: bigint;
      readonly isRestart: boolean;
    }
  /** A full refresh that would land the same rows again. */
  | { readonly kind: "unchanged"; readonly snapshotMicros: bigint; readonly isRestart: false };

type ChooseContext = Pick<RunContext, "session" | "signal">;

interface Asked {
  /** Where the table's last window ended. */
  readonly hi: bigint | null;
  /** The run's moment, taken after the source was inspected. */
  readonly snapshotMicros: bigint;
}

/**
 * What to read next: from the table's own end, all of the source, or a slice's fixed bounds. Throws CURSOR_IS_NULL where rows
 * would never be read.
 */
export async function chooseWindow(
  context: ChooseContext,
  inspected: InspectedDataset,
  asked: Asked,
): Promise<WindowChoice> {
  const { purpose, dataset } = inspected;
  const { sync } = dataset;
  const { snapshotMicros } = asked;
  if (purpose.kind === "slice")
    return countWindow(context, inspected, { window: purpose.slice.window, snapshotMicros });
  if (sync.kind !== "incremental") return chooseFull(context, inspected, asked);
  const { hi, nullCursors } = await windowEnd(context, inspected, { sync, snapshotMicros });
  if (purpose.kind === "refresh") {
    const window = { lo: null, hi: String(hi ?? lowest) };
    const sourceRows = await countSource(context, inspected, { window, snapshotMicros });
    return { kind: "land", window, snapshotMicros, sourceRows, isRestart: false };
  }
  const { marks, readBy: now } = inspected;
  const { lo, isRestart } = resumeFrom(dataset, { hi: asked.hi, readBy: marks.readBy, now });
  const isAhead = hi !== undefined && (lo === null || hi > lo);
  // Rows without a cursor come in every window, also in one that ends where it begins.
  const end = isAhead ? hi : (lo ?? lowest);
  const window: AttemptWindow = { lo: lo === null ? null : String(lo), hi: String(end) };
  if (!isAhead && nullCursors === 0n) return { kind: "empty", window, snapshotMicros, isRestart };
  return { ...(await countWindow(context, inspected, { window, snapshotMicros })), isRestart };
}

async function chooseFull(
  context: ChooseContext,
  inspected: InspectedDataset,
  { snapshotMicros }: Asked,
): Promise<WindowChoice> {
  const { purpose, dataset, described, marks } = inspected;
  const fingerprint = fingerprintAt(dataset, described, snapshotMicros);
  if (purpose.kind === "live" && fingerprint && fingerprintMark(fingerprint) === marks.fingerprint)
    return { kind: "unchanged", snapshotMicros, isRestart: false };
  const sourceRows = await countSource(context, inspected, { window: null, snapshotMicros });
  return { kind: "land", window: null, snapshotMicros, sourceRows, isRestart: false };
}

async function countWindow(
  context: ChooseContext,
  inspected: InspectedDataset,
  asked: { readonly window: AttemptWindow; readonly snapshotMicros: bigint },
): Promise<Exclude<WindowChoice, { kind: "unchanged" }>> {
  const sourceRows = await countSource(context, inspected, asked);
  return sourceRows === 0n
    ? { kind: "empty", ...asked, isRestart: false }
    : { kind: "land", ...asked, sourceRows, isRestart: false };
}

/** Where a window that is read at a moment may end, by the server; undefined for a number cursor without any value. */
export async function windowEnd(
  { session, signal }: ChooseContext,
  { source, columns, guarantee }: Pick<InspectedDataset, "source" | "columns" | "guarantee">,
  { sync, snapshotMicros }: { readonly sync: Incremental; readonly snapshotMicros: bigint },
): Promise<{ readonly hi: bigint | undefined; readonly nullCursors: bigint }> {
  const cursor = cursorOf(sync, columns);
  const input = {
    source,
    cursor,
    lagMicros: lagMicros(sync),
    ...(guarantee.name === "snapshot" ? { atMicros: snapshotMicros } : {}),
  };
  const { rows } = await session.query(planWindow(input).sql, [], { signal });
  const facts = parseWindow(rows, input);
  if (facts.nullCursors > 0n && sync.nulls === "fail") {
    throw pipelineError(
      "CURSOR_IS_NULL",
      `${facts.nullCursors} rows have no value in the cursor ${JSON.stringify(sync.cursor)} and would never be read. Fill them in at the source, or say nulls: "everyRun".`,
      { details: { column: sync.cursor, rows: String(facts.nullCursors) } },
    );
  }
  return { hi: facts.hi && boundNumber(facts.hi, cursor), nullCursors: facts.nullCursors };
}

/** Below every cursor: the end of a first window that has nothing but rows without one. */
export const lowest = -(2n ** 63n);
