import { z } from "zod";
import type { DeltaTable } from "../delta/delta-table.ts";
import { type LaneState, readLane } from "../delta/lane.ts";
import type { Snapshot } from "../delta/snapshot.ts";

/** The lanes that ever committed to a table, by appId. Transactions of other writers, which have no window, are none. */
export function tableLanes(snapshot: Snapshot): ReadonlyMap<string, LaneState> {
  const lanes = new Map<string, LaneState>();
  for (const appId of snapshot.txns.keys()) {
    if (snapshot.txns.has(`${appId}#hi`)) lanes.set(appId, readLane(snapshot, appId));
  }
  return lanes;
}

/** Whether windows of a dataset come on this lane one after another, for good. */
export const isLiveLane = (appId: string): boolean => appId.endsWith("/live");

/** What the pipeline wrote beside a lane's step, which has to stay true of the lane when someone else moves it on. */
export async function readStepInfo(
  table: DeltaTable,
  snapshot: Snapshot,
  { appId, signal }: { readonly appId: string; readonly signal?: AbortSignal | undefined },
): Promise<Readonly<Record<string, unknown>>> {
  const committedIn = snapshot.txns.get(appId)?.committedIn;
  if (committedIn === undefined) return {};
  for await (const { version, commitInfo } of table.history(signal ? { signal } : {})) {
    if (version < committedIn) return {};
    if (version > committedIn) continue;
    const parsed = z.object({ snowmelt: z.record(z.string(), z.unknown()) }).safeParse(commitInfo);
    return parsed.success ? parsed.data.snowmelt : {};
  }
  return {};
}
