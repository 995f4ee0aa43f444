import { z } from "zod";
import type { Run } from "./run-store.ts";

/** Sorted keys that were put where another process finds them. */
export const SealedRun = z.strictObject({ name: z.string(), byteLength: z.int().min(0) });
export type SealedRun = z.infer<typeof SealedRun>;

/** What a tracker knows, to be gone on with by another: its keys are in the runs. */
export const KeyTally = z.strictObject({
  rows: z.int().min(0),
  rowsWithNull: z.int().min(0),
  runs: z.array(SealedRun).readonly(),
});
export type KeyTally = z.infer<typeof KeyTally>;

export const noKeys: KeyTally = { rows: 0, rowsWithNull: 0, runs: [] };

/** Where sorted keys go between two processes that work on the same rows, one after the other. */
export interface RunVault {
  /** Keeps the bytes whole, or throws. A name is never used twice. */
  seal(bytes: AsyncIterable<Uint8Array>): Promise<SealedRun>;
  open(run: SealedRun): Run;
}
