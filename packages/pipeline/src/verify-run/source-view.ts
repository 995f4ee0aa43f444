import type { Incremental } from "@snowmelt/core/definition";
import { markOf, readLane } from "@snowmelt/lake/delta";
import type { Cursor } from "@snowmelt/snowflake";
import { liveLane } from "../plan/lane.ts";
import { readLaneMarks } from "../plan/lane-marks.ts";
import { cursorOf, instantText } from "../plan/window.ts";
import type { InspectedSource } from "../stages/inspect-dataset.ts";
import type { LandedTable } from "./landed-table.ts";
import type { VerifyContext } from "./verify-context.ts";

/** What of a source a table should be equal to. */
export type SourceView =
  /** Nothing that could be asked for. */
  | { readonly kind: "none"; readonly because: string }
  /** All of it, as it was at the moment the table was landed. `because` excuses differences: it may not be that moment. */
  | { readonly kind: "all"; readonly atMicros: bigint | undefined; readonly because: string | undefined }
  /** The rows up to the end of the table's last window, as they are now. */
  | {
      readonly kind: "window";
      readonly atMicros: bigint | undefined;
      readonly sync: Incremental;
      readonly cursor: Cursor;
      /** In the cursor's unit. */
      readonly hi: bigint;
    };

/**
 * Decides what to ask, from the log and the source's description. A table that is read in full is equal to the source at
 * the moment of its last landing; where the source has not changed since, its rows of now are those. Pure.
 */
export function planSourceView(
  { environmentName: environment, definition }: Pick<VerifyContext, "environmentName" | "definition">,
  inspected: InspectedSource,
  { landed, nowMicros }: { readonly landed: Pick<LandedTable, "txns">; readonly nowMicros: bigint },
): SourceView {
  const { name, dataset, columns, described, guarantee } = inspected;
  const lane = liveLane({ environment, pipeline: definition.name, dataset: name });
  const { hi } = readLane(landed, lane);
  if (hi === undefined)
    return {
      kind: "none",
      because: `the log holds no window of ${lane}, so nobody knows how far the table was landed`,
    };
  const { readBy } = readLaneMarks(landed, lane);
  if (readBy !== markOf(inspected.readBy))
    return { kind: "none", because: "the table's last window was read by another cursor than the definition has now" };
  const canTravel = guarantee.name === "snapshot";
  if (dataset.sync.kind === "incremental") {
    const { sync } = dataset;
    const atMicros = canTravel ? nowMicros : undefined;
    return { kind: "window", atMicros, sync, cursor: cursorOf(sync, columns), hi };
  }
  const { lastAlteredMicros } = described ?? {};
  const isUnchanged =
    lastAlteredMicros !== undefined && lastAlteredMicros + 1000n <= hi && described?.table.kind === "table";
  if (isUnchanged) return { kind: "all", atMicros: canTravel ? nowMicros : undefined, because: undefined };
  if (canTravel) return { kind: "all", atMicros: hi, because: undefined };
  return {
    kind: "all",
    atMicros: undefined,
    because: `the source cannot be read as of ${instantText(hi)}, when the table was landed, and may have changed since`,
  };
}
