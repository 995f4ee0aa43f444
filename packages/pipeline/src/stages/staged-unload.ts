import { rm } from "node:fs/promises";
import { join } from "node:path";
import { isSnowmeltError } from "@snowmelt/core/errors";
import { toAttemptPrefix } from "@snowmelt/lake/delta";
import { moveStagedFiles, removeStagedFiles, type UnloadedFile, type UnloadResult } from "@snowmelt/snowflake";
import type { RunContext } from "../run/run-context.ts";
import type { StageRecord } from "../run/stage-record.ts";
import type { Attempt, StagedFolder } from "../state/dataset-state.ts";
import type { InspectedDataset } from "./inspect-dataset.ts";

/**
 * An unload's files where the table wants them: as they are when Snowflake wrote them there, else moved out of its internal
 * stage, which keeps its own until the window is settled. May be repeated, also by another process: what is in the lake by
 * then is not fetched again. Throws what `moveStagedFiles` does.
 */
export async function filesInLake(
  { session, clock, random, signal, spillDirectory }: RunContext,
  { table }: InspectedDataset,
  {
    attempt,
    unloaded,
    record,
  }: { readonly attempt: Attempt; readonly unloaded: UnloadResult; readonly record: StageRecord },
): Promise<readonly UnloadedFile[]> {
  const { staged } = attempt;
  if (!staged) return unloaded.files;
  const unloadId = attempt.unloadId ?? attempt.attemptId;
  let [rows, bytesWritten] = [0, 0];
  return moveStagedFiles(session, {
    files: unloaded.files,
    stage: staged,
    folder: staged.folder,
    store: table.store,
    prefix: `${table.path}/${toAttemptPrefix(unloadId)}`,
    temporaryFolder: filesOnTheirWay(spillDirectory, unloadId),
    clock,
    random,
    signal,
    onMoved({ rowCount, bytes }) {
      [rows, bytesWritten] = [rows + rowCount, bytesWritten + bytes];
      record.progress("land", { rows, rowsExpected: unloaded.rowCount, bytesWritten });
    },
    onRetry: (failure) => record.retry("land", failure),
  });
}

/** Deletes what an unload left in its stage, and what a killed process left of it on this machine. A stage that is gone has nothing. */
export async function removeStaged(
  { session, spillDirectory, signal }: Pick<RunContext, "session" | "spillDirectory" | "signal">,
  unloadId: string,
  stage: StagedFolder,
): Promise<void> {
  await rm(filesOnTheirWay(spillDirectory, unloadId), { recursive: true, force: true });
  try {
    await removeStagedFiles(session, { stage, folder: stage.folder, ...(signal.aborted ? {} : { signal }) });
  } catch (error) {
    if (!isSnowmeltError(error, "OBJECT_NOT_FOUND")) throw error;
  }
}

const filesOnTheirWay = (spillDirectory: string, unloadId: string): string =>
  join(spillDirectory, `unload-${unloadId}`);
