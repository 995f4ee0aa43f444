import type { CursorWindow } from "@snowmelt/snowflake";
import { cursorOf, cursorWindow } from "../plan/window.ts";
import type { AttemptWindow } from "../state/dataset-state.ts";
import type { InspectedDataset } from "./inspect-dataset.ts";

/** The source's condition for a window; undefined for all of it. Rows without a cursor belong to live windows only. */
export function sourceWindow(
  { dataset: { sync }, columns, purpose }: InspectedDataset,
  window: AttemptWindow | null,
): CursorWindow | undefined {
  if (sync.kind !== "incremental" || purpose.kind === "refresh" || window === null) return undefined;
  return cursorWindow(cursorOf(sync, columns), window, purpose.kind === "live" && sync.nulls === "everyRun");
}
