import { lowest } from "../stages/choose-window.ts";
import type { InspectedDataset } from "../stages/inspect-dataset.ts";
import type { AttemptWindow } from "../state/dataset-state.ts";
import type { PlannedDataset } from "./pipeline-plan.ts";
import { cursorOf } from "./window.ts";

/** What a dataset's way of following its source does not see, once the window has landed. Pure. */
export function syncNotices(
  {
    dataset: { sync },
    described,
    columns,
  }: {
    readonly dataset: Pick<InspectedDataset["dataset"], "sync">;
    readonly described: { readonly table: { readonly kind: string } } | undefined;
    readonly columns: InspectedDataset["columns"];
  },
  window: AttemptWindow | null,
): PlannedDataset["notices"] {
  if (sync.kind !== "incremental") {
    return described?.table.kind === "table"
      ? []
      : [{ code: "ALWAYS_READ", message: "A view or a query has no fingerprint, so it is read in every run." }];
  }
  return [
    { code: "DELETES_IGNORED", message: "A cursor never sees deletes: rows deleted at the source stay in the lake." },
    cursorOf(sync, columns).type.kind === "number"
      ? { code: "LOW_VALUES_MISSED", message: numberText(sync.cursor, window) }
      : {
          code: "OPEN_TRANSACTIONS",
          message: `A transaction on the source that stays open longer than the lag (${sync.lag ?? "0 seconds"}) is missed: its rows get cursors of a window that has been read.`,
        },
  ];
}

function numberText(cursor: string, window: AttemptWindow | null): string {
  const hasEnd = window !== null && BigInt(window.hi) !== lowest;
  const upTo = hasEnd ? `values of ${cursor} up to ${window.hi}` : `values of ${cursor} up to the greatest there is`;
  return `Once this window has landed, ${upTo} are never read again: a row that is committed later with such a value, as from a transaction that stays open while others go on, is missed, and so is an update that leaves ${cursor} as it is.`;
}
