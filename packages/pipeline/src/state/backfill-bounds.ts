import { canonicalJson } from "@snowmelt/core/definition";
import type { ObjectStore } from "@snowmelt/core/ports";
import type { Snapshot } from "@snowmelt/lake/delta";
import { z } from "zod";
import { pipelineError } from "../pipeline-error.ts";
import { backfillLanes, type DatasetLanes, sliceName } from "../plan/lane.ts";
import type { SliceWindow } from "../plan/purpose.ts";

/** What the id of a backfill stands for, from its first run on. */
const BackfillBounds = z.object({
  stateVersion: z.literal(1),
  readBy: z.string(),
  windows: z.array(z.object({ lo: z.string(), hi: z.string() })),
});

/**
 * Ties a backfill's id to its slices. BACKFILL_CHANGED when it stands for others: by what was written here before, or, where
 * the state was lost, by the lanes of the slices that the table holds.
 */
export async function bindBackfill(
  store: ObjectStore,
  backfill: {
    readonly place: DatasetLanes;
    readonly backfillId: string;
    readonly readBy: string;
    readonly windows: readonly SliceWindow[];
    readonly snapshot: Pick<Snapshot, "txns"> | undefined;
  },
  { signal }: { readonly signal: AbortSignal },
): Promise<void> {
  const { place, backfillId, readBy, windows, snapshot } = backfill;
  const foreign = foreignSlice(snapshot, backfillLanes(place, backfillId), windows);
  if (foreign !== undefined) throw changed(backfillId, `the table holds its slice ${foreign}, which this one has not`);
  const key = `backfills/${place.environment}/${place.pipeline}/${place.dataset}/${backfillId}.json`;
  const own = BackfillBounds.parse({ stateVersion: 1, readBy, windows: windows.map(({ lo, hi }) => ({ lo, hi })) });
  const text = `${JSON.stringify(own, null, 2)}\n`;
  const put = await store.putIfAbsent(key, new TextEncoder().encode(text), { signal });
  if (put.status === "created") return;
  const bytes = await store.get(key, { signal });
  const held = BackfillBounds.safeParse(bytes && parseJson(bytes));
  if (!held.success) {
    throw pipelineError(
      "STATE_INVALID",
      `${store.uri}/${key} does not hold the bounds of a backfill. The table in the lake knows which slices have landed: delete the file and run again.`,
    );
  }
  if (canonicalJson(held.data) !== canonicalJson(own)) throw changed(backfillId, "it was begun with other bounds");
}

function foreignSlice(
  snapshot: Pick<Snapshot, "txns"> | undefined,
  prefix: string,
  windows: readonly SliceWindow[],
): string | undefined {
  const own = new Set(windows.map(sliceName));
  for (const appId of snapshot?.txns.keys() ?? []) {
    // What follows a # is more about a lane, not another one.
    const [lane = ""] = appId.split("#");
    const name = lane.slice(prefix.length);
    if (lane.startsWith(prefix) && !own.has(name)) return name;
  }
  return undefined;
}

const changed = (backfillId: string, why: string) =>
  pipelineError(
    "BACKFILL_CHANGED",
    `The backfill ${backfillId} is not this one: ${why}. Repeat it with its own bounds, cursor and slices, or give this one an id of its own.`,
  );

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}
