import { z } from "zod";
import { JsonRecord } from "./run-state.ts";

/** A part of a backfill's range, with fixed bounds in the unit of the dataset's cursor. Landed on a lane of its own. */
export const SlicePurpose = z.strictObject({
  kind: z.literal("slice"),
  slice: z.strictObject({
    backfillId: z.string().min(1),
    /** From 1 to `of`. */
    number: z.int().min(1),
    of: z.int().min(1),
    /** `[lo, hi)` in time, `(lo, hi]` for numbers. */
    window: z.strictObject({ lo: z.string(), hi: z.string() }),
  }),
});

/** What a task is about: the dataset, and what is to be done with it; or a transform of the user's own. */
export const TaskWork = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("dataset"),
    dataset: z.string().min(1),
    purpose: z.discriminatedUnion("kind", [
      /** Go on from where the table ends. */
      z.strictObject({ kind: z.literal("live") }),
      /** Read the whole source and let it take the place of the table's rows. */
      z.strictObject({ kind: z.literal("refresh") }),
      /** Read one part of the past again and merge it. */
      SlicePurpose,
    ]),
  }),
  z.strictObject({
    kind: z.literal("transform"),
    transform: z.string().min(1),
    /** Of the extension that carries it out. */
    extension: z.string().min(1),
    options: JsonRecord,
  }),
]);
export type TaskWork = z.infer<typeof TaskWork>;
