import {
  type Evaluation,
  type EvaluationOptions,
  type KeyTally,
  type KeyTracker,
  openEvaluation,
  openKeyTracker,
  type RunVault,
} from "@snowmelt/core/quality";
import type { Field } from "@snowmelt/core/types";
import type { RunContext } from "../run/run-context.ts";
import type { InspectedDataset } from "./inspect-dataset.ts";
import { writeKind } from "./stage-write.ts";

/** The sorted keys of the rules, and those of the dataset's key: beyond it they go to disk, 8 bytes or little more a row. */
const keyBudgetBytes = 8 << 20;

/** The quality rules over batches of these fields, behind what another process saw before. */
export function openRules(
  { clock, spillDirectory, ownRules }: RunContext,
  { schema }: InspectedDataset,
  { fields, before }: { readonly fields: readonly Field[]; readonly before?: EvaluationOptions["before"] },
): Evaluation {
  return openEvaluation(schema.rules, fields, {
    before,
    own: ownRules,
    nowMs: clock.nowMs(),
    memoryBudgetBytes: keyBudgetBytes,
    spillDirectory,
  });
}

/**
 * A merge into rows that are there indexes the window's keys; rows that are all of the table only need to be known not to be
 * there twice. Who saw rows before has decided which it is: `tally` is null for a merge.
 */
export function openKeys(
  { spillDirectory }: RunContext,
  inspected: InspectedDataset,
  {
    fields,
    before,
  }: {
    readonly fields: readonly Field[];
    readonly before?: { readonly tally: KeyTally | null; readonly vault: Pick<RunVault, "open"> } | undefined;
  },
): KeyTracker | undefined {
  const { key } = inspected.schema;
  const budget = { memoryBudgetBytes: keyBudgetBytes, spillDirectory };
  if (before ? before.tally === null : !tracksKeys(inspected)) return undefined;
  const earlier = before?.tally ? { before: { tally: before.tally, vault: before.vault } } : {};
  return openKeyTracker({ fields, key, nulls: "exclude", ...budget, ...earlier });
}

/** Whether the key is looked at before a merge does. */
export function tracksKeys(inspected: InspectedDataset): boolean {
  const { schema, snapshot } = inspected;
  const isMerge = writeKind(inspected) === "merge" && snapshot !== undefined && snapshot.files.size > 0;
  return schema.key.length > 0 && !isMerge;
}
