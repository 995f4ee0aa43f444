import { type LaneState, readLane } from "../delta/lane.ts";
import { readLaneMark } from "../delta/lane-txns.ts";
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

/** The lane that counts the times when a dataset's rows were gone on from anew; slices of a backfill must not be older. */
export const refreshLaneOf = (liveLane: string): string => liveLane.replace(/\/live$/, "/refresh");

/** What a lane's newest step says beyond its place, by name. See {@link LaneStep}. */
export function laneMarks(snapshot: Snapshot, appId: string): Readonly<Record<string, bigint>> {
  const prefix = `${appId}#`;
  const marks: Record<string, bigint> = {};
  for (const key of snapshot.txns.keys()) {
    const name = key.startsWith(prefix) ? key.slice(prefix.length) : "";
    const value =
      /^[a-z]/i.test(name) && !["hi", "at"].includes(name) ? readLaneMark(snapshot, appId, name) : undefined;
    if (value !== undefined) marks[name] = value;
  }
  return marks;
}
