import { JsonRecord, StageFailure } from "@snowmelt/core/engine";
import type { ObjectStore } from "@snowmelt/core/ports";
import { z } from "zod";
import type { Receipts, StageReply } from "../engine/index.ts";
import { openStageObjects } from "../state/stage-objects.ts";

const Reply: z.ZodType<StageReply> = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("started"), externalId: z.string() }),
  z.strictObject({ kind: z.literal("yielded"), position: JsonRecord }),
  z.strictObject({
    kind: z.literal("succeeded"),
    result: JsonRecord,
    fence: z.int().exactOptional(),
    goTo: z.string().exactOptional(),
  }),
  z.strictObject({ kind: z.literal("failed"), failure: StageFailure }),
]);

/**
 * What stages came to, as objects `receipts/<key>.json`: whoever asks after an event was lost finds it, and a repeat under the
 * same key is answered with it. Below `receipts/<runId>/` are those of a run.
 */
export function openReceipts(store: ObjectStore): Receipts {
  const objects = openStageObjects(store);
  const keyOf = (key: string): string => `receipts/${key}.json`;
  return {
    find: (key) => objects.find(keyOf(key), Reply),
    write: (key, reply) => objects.keep(keyOf(key), Reply, reply),
  };
}
