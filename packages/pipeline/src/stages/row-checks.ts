import { type Evaluation, type KeyTracker, openEvaluation, openKeyTracker } from "@snowmelt/core/quality";
import type { Field } from "@snowmelt/core/types";
import type { RunContext } from "../run/run-context.ts";
import type { InspectedDataset } from "./inspect-dataset.ts";
import { writeKind } from "./stage-write.ts";

/** The sorted keys of the rules, and those of the dataset's key: beyond it they go to disk, 8 bytes or little more a row. */
const keyBudgetBytes = 8 << 20;

/** The quality rules over batches of these fields. */
export function openRules(
  { clock, spillDirectory }: RunContext,
  { schema }: InspectedDataset,
  fields: readonly Field[],
): Evaluation {
  return openEvaluation(schema.rules, fields, {
    nowMs: clock.nowMs(),
    memoryBudgetBytes: keyBudgetBytes,
    spillDirectory,
  });
}

/** A merge into rows that are there indexes the window's keys; rows that are all of the table only need to be known not to be there twice. */
export function openKeys(
  { spillDirectory }: RunContext,
  inspected: InspectedDataset,
  fields: readonly Field[],
): KeyTracker | undefined {
  const { key } = inspected.schema;
  if (!tracksKeys(inspected)) return undefined;
  return openKeyTracker({ fields, key, nulls: "exclude", memoryBudgetBytes: keyBudgetBytes, spillDirectory });
}

/** Whether the key is looked at before a merge does. */
export function tracksKeys(inspected: InspectedDataset): boolean {
  const { schema, snapshot } = inspected;
  const isMerge = writeKind(inspected) === "merge" && snapshot !== undefined && snapshot.files.size > 0;
  return schema.key.length > 0 && !isMerge;
}
