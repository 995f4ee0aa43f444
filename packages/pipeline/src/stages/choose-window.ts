import type { Incremental } from "@snowmelt/core/definition";
import { parseWindow, planWindow } from "@snowmelt/snowflake";
import { pipelineError } from "../pipeline-error.ts";
import { datasetHash, type Fingerprint, sameFingerprint } from "../plan/fingerprint.ts";
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
    }
  | { readonly kind: "empty"; readonly window: AttemptWindow; readonly snapshotMicros: bigint }
  /** A full refresh that would land the same rows again. */
  | { readonly kind: "unchanged"; readonly snapshotMicros: bigint };

type ChooseContext = Pick<RunContext, "session" | "signal">;

/**
 * The next window from the table's own end. `snapshotMicros` is the run's moment, taken after the source was inspected.
 * Throws CURSOR_IS_NULL where rows would never be read.
 */
export async function chooseWindow(
  context: ChooseContext,
  inspected: InspectedDataset,
  { hi: last, snapshotMicros }: { readonly hi: bigint | null; readonly snapshotMicros: bigint },
): Promise<WindowChoice> {
  const { sync } = inspected.dataset;
  if (sync.kind !== "incremental") {
    const fingerprint = fingerprintOf(inspected);
    const landed = inspected.laneInfo.fingerprint;
    if (fingerprint && landed && sameFingerprint(fingerprint, landed)) return { kind: "unchanged", snapshotMicros };
    return {
      kind: "land",
      window: null,
      snapshotMicros,
      sourceRows: await countSource(context, inspected, { window: null, snapshotMicros }),
    };
  }
  const { lo } = resumeFrom(inspected.dataset, { hi: last, readBy: inspected.laneInfo.readBy, now: inspected.readBy });
  const { hi, nullCursors } = await windowEnd(context, inspected, { sync, snapshotMicros });
  const isAhead = hi !== undefined && (lo === null || hi > lo);
  // Rows without a cursor come in every window, also in one that ends where it begins.
  const end = isAhead ? hi : (lo ?? lowest);
  const window: AttemptWindow = { lo: lo === null ? null : String(lo), hi: String(end) };
  if (!isAhead && nullCursors === 0n) return { kind: "empty", window, snapshotMicros };
  const sourceRows = await countSource(context, inspected, { window, snapshotMicros });
  return sourceRows === 0n
    ? { kind: "empty", window, snapshotMicros }
    : { kind: "land", window, snapshotMicros, sourceRows };
}

export function fingerprintOf({ dataset, described }: InspectedDataset): Fingerprint | undefined {
  if (
    !described ||
    described.table.kind === "view" ||
    described.lastAlteredMicros === undefined ||
    described.rowCount === undefined
  ) {
    return undefined;
  }
  return {
    lastAlteredMicros: String(described.lastAlteredMicros),
    rowCount: String(described.rowCount),
    datasetHash: datasetHash(dataset),
  };
}

async function windowEnd(
  { session, signal }: ChooseContext,
  { source, columns, guarantee }: InspectedDataset,
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
const lowest = -(2n ** 63n);
