import type { DeltaTable, Snapshot } from "@snowmelt/lake/delta";
import { z } from "zod";
import { Fingerprint } from "../plan/fingerprint.ts";
import type { DatasetState } from "../state/dataset-state.ts";
import type { InspectedDataset } from "./inspect-dataset.ts";

/** What the commit of a lane's last window says of itself, beyond the lane. */
const LaneInfo = z.object({ readBy: z.string().optional(), fingerprint: Fingerprint.optional() });
export type LaneInfo = z.infer<typeof LaneInfo>;

/**
 * By the state where it agrees with the lane, else by the log, which costs a listing. Empty when the lane has no commit, or
 * the log does not hold it any more.
 */
export async function laneInfo(
  { table, snapshot, lane, position }: InspectedDataset,
  { landed }: Pick<DatasetState, "landed">,
): Promise<LaneInfo> {
  if (landed?.laneVersion === position.version && landed.hi === String(position.hi)) {
    return { readBy: landed.readBy, ...(landed.fingerprint ? { fingerprint: landed.fingerprint } : {}) };
  }
  return readLaneInfo(table, snapshot, lane);
}

async function readLaneInfo(table: DeltaTable, snapshot: Snapshot | undefined, lane: string): Promise<LaneInfo> {
  const committedIn = snapshot?.txns.get(lane)?.committedIn;
  if (committedIn === undefined) return {};
  for await (const { version, commitInfo } of table.history()) {
    if (version < committedIn) return {};
    if (version > committedIn) continue;
    const parsed = z.object({ snowmelt: LaneInfo }).safeParse(commitInfo);
    return parsed.success ? parsed.data.snowmelt : {};
  }
  return {};
}
