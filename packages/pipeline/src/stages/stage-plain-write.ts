import { planPlainOverwrite, planPlainTable, toPlainFile } from "@snowmelt/lake/plain";
import { isPlainState, isPlainTable, type TableState } from "../lake/dataset-table.ts";
import { pipelineError } from "../pipeline-error.ts";
import type { RunContext } from "../run/run-context.ts";
import type { InspectedDataset } from "./inspect-dataset.ts";
import type { LandedAttempt } from "./land.ts";
import type { StagedWrite } from "./stage-write.ts";

/**
 * A refresh of a plain Parquet table: the landed files make it, or take the place of all its files. May be repeated, upon a
 * newer state too.
 */
export function stagePlainWrite(
  { clock, random }: Pick<RunContext, "clock" | "random">,
  inspected: Pick<InspectedDataset, "name" | "table" | "tableFields" | "layout">,
  { landed, snapshot }: { readonly landed: LandedAttempt; readonly snapshot: TableState | undefined },
): StagedWrite {
  const { name, table, tableFields, layout } = inspected;
  if (!isPlainTable(table) || (snapshot && !isPlainState(snapshot)))
    throw pipelineError("SCHEMA_MISMATCH", `The table of ${name} is no plain Parquet table, as parquet() says.`);
  const readAt = BigInt(landed.attempt.snapshotMicros);
  const files = landed.files.map((file) => toPlainFile(file, readAt));
  const plan = snapshot
    ? planPlainOverwrite(snapshot, files, tableFields)
    : planPlainTable({
        id: random.uuid(),
        name,
        fields: tableFields,
        partitionColumns: layout.partitionColumns,
        createdAtMs: clock.nowMs(),
        files,
      });
  const rows = landed.files.reduce((sum, { rowCount }) => sum + rowCount, 0);
  const rowsBefore = snapshot?.rowCount ?? 0;
  const removedRows = plan.remove.reduce((sum, { rowCount }) => sum + rowCount, 0);
  return {
    plan: undefined,
    commit: (options) => table.commit(plan, options),
    planned: snapshot,
    rowsByLog: rowsBefore - removedRows + plan.add.reduce((sum, { rowCount }) => sum + rowCount, 0),
    counts: { inserted: rows, updated: 0, skippedAsOlder: 0, deleted: rowsBefore, rowsBefore, rowsAfter: rows },
    added: landed.files,
    removed: plan.remove.map(({ path }) => path),
  };
}
