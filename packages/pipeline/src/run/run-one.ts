import type { DatasetResult } from "../manifest.ts";
import type { InspectedDataset } from "../stages/inspect-dataset.ts";
import type { DatasetRecord } from "./dataset-record.ts";
import type { RunContext } from "./run-context.ts";
import { runWindow } from "./run-window.ts";

/** {@link runWindow}, with what stopped it as a result: one dataset or slice that fails does not stop the others. */
export async function runOne(
  context: RunContext,
  {
    record,
    inspected,
    snapshotMicros,
  }: { readonly record: DatasetRecord; readonly inspected: InspectedDataset; readonly snapshotMicros: bigint },
): Promise<DatasetResult> {
  try {
    return await runWindow(context, inspected, { record, snapshotMicros });
  } catch (error) {
    context.logger.log("error", "a dataset failed", {
      dataset: inspected.name,
      error: error instanceof Error ? error.message : String(error),
    });
    return record.fail(error);
  }
}
