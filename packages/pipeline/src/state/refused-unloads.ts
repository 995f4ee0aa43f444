import type { ObjectStore } from "@snowmelt/core/ports";
import { z } from "zod";
import type { DatasetLanes } from "../plan/lane.ts";

/** Files of an earlier unload that could not be files of the table. */
export const RefusedUnload = z.object({
  stateVersion: z.literal(1),
  /** Hash of what was unloaded and how: for anything else it says nothing. */
  of: z.string(),
  reason: z.string(),
});
export type RefusedUnload = z.infer<typeof RefusedUnload>;

/** Why such an unload was refused before; undefined when it was not. What cannot be read counts as never written. */
export async function readRefusedUnload(
  store: ObjectStore,
  place: DatasetLanes,
  { of, signal }: { readonly of: string; readonly signal: AbortSignal },
): Promise<string | undefined> {
  const bytes = await store.get(keyOf(place), { signal });
  const held = RefusedUnload.safeParse(bytes && parseJson(bytes));
  return held.success && held.data.of === of ? held.data.reason : undefined;
}

/** Remembers it, so that the same is not unloaded in vain again. A cache: where it is lost, one more unload is. */
export async function noteRefusedUnload(
  store: ObjectStore,
  place: DatasetLanes,
  refused: Omit<RefusedUnload, "stateVersion">,
): Promise<void> {
  const text = JSON.stringify({ stateVersion: 1, ...refused } satisfies RefusedUnload, null, 2);
  await store.put(keyOf(place), new TextEncoder().encode(`${text}\n`));
}

const keyOf = ({ environment, pipeline, dataset }: DatasetLanes): string =>
  `unloads/${environment}/${pipeline}/${dataset}.json`;

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}
