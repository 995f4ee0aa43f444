import type { CommitPlan, DataFile } from "@snowmelt/lake/delta";
import { isPlainState, isPlainTable, type TableState } from "../lake/dataset-table.ts";
import type { RunContext } from "../run/run-context.ts";
import type { InspectedDataset } from "./inspect-dataset.ts";
import type { LandedAttempt } from "./land.ts";
import { stagePlainWrite } from "./stage-plain-write.ts";
import type { StagedWrite } from "./stage-write.ts";

/** A staged write as another process left it. */
export interface LeftWrite extends Pick<StagedWrite, "rowsByLog" | "counts"> {
  /** Null where it makes the table. */
  readonly plannedVersion: number | null;
  readonly plan: CommitPlan | null;
  readonly added: readonly DataFile[];
  readonly removed: readonly string[];
}

/** The write as it was staged, to be committed here; undefined where the table is another by now. Writes nothing. */
export function restoreStaged(
  context: Pick<RunContext, "clock" | "random">,
  inspected: InspectedDataset,
  {
    left,
    landed,
    snapshot,
  }: { readonly left: LeftWrite; readonly landed: LandedAttempt; readonly snapshot: TableState | undefined },
): StagedWrite | undefined {
  if ((snapshot?.version ?? null) !== left.plannedVersion) return undefined;
  const { table } = inspected;
  if (isPlainTable(table)) return stagePlainWrite(context, inspected, { landed, snapshot });
  const { plan, rowsByLog, counts, added, removed } = left;
  if (!plan || (snapshot && isPlainState(snapshot))) return undefined;
  return {
    plan,
    planned: snapshot,
    rowsByLog,
    counts,
    added,
    removed,
    commit: (options) => table.commit(plan, options),
  };
}
