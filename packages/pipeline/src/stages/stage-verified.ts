import type { TableState } from "../lake/dataset-table.ts";
import { noteStaged } from "../run/note-stages.ts";
import type { RunContext } from "../run/run-context.ts";
import type { StageRecord } from "../run/stage-record.ts";
import type { InspectedDataset } from "./inspect-dataset.ts";
import type { LandedAttempt } from "./land.ts";
import { type StagedWrite, stageWrite } from "./stage-write.ts";
import { verify } from "./verify.ts";

/** Stages the write upon a snapshot and holds it against the source and the store. May be repeated, upon a newer one too. */
export async function stageVerified(
  context: RunContext,
  inspected: InspectedDataset,
  {
    landed,
    record,
    snapshot,
  }: { readonly landed: LandedAttempt; readonly record: StageRecord; readonly snapshot: TableState | undefined },
): Promise<StagedWrite> {
  const staged = await stageWrite(context, inspected, { landed, snapshot, record });
  noteStaged(record, landed, staged);
  await record.stage("verify", () => verify(context, inspected, { landed, staged, record }));
  return staged;
}
