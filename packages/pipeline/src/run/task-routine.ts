import type { JsonRecord, StageName } from "@snowmelt/core/engine";
import type { DatasetResult } from "../manifest.ts";

/** A stage of a task has ended. */
export interface StageEnd {
  readonly stage: StageName;
  readonly result: JsonRecord;
  /** A later stage: there is nothing to do for those before it. */
  readonly goTo?: StageName;
}

/**
 * The work of one task of a run, from its claim to its publication: each `next` goes on to the end of a stage, and the last one
 * returns the dataset's entry of the manifest, which is a failed one where a stage failed. It never throws: an error that is thrown
 * into it, between two stages, is how whoever drives it gives it up. What stages leave for one another stays in memory.
 */
export type TaskRoutine = AsyncGenerator<StageEnd, DatasetResult, undefined>;
