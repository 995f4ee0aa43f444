import type { Purpose } from "./purpose.ts";

export interface DatasetLanes {
  readonly environment: string;
  readonly pipeline: string;
  readonly dataset: string;
}

/** The appId a dataset's live commits go by in the Delta log. */
export const liveLane = (place: DatasetLanes): string => `${root(place)}/live`;

/** What the lanes of all slices of a backfill begin with. */
export const backfillLanes = (place: DatasetLanes, backfillId: string): string =>
  `${root(place)}/backfill/${backfillId}/`;

/** Counts a dataset's refreshes; its window end is the moment the last one was read as of. */
export const refreshLane = (place: DatasetLanes): string => `${root(place)}/refresh`;

/** The lane that a run of this purpose commits on. A slice's tells its bounds, so that the table itself knows them. */
export function laneOf(place: DatasetLanes, purpose: Purpose): string {
  if (purpose.kind !== "slice") return liveLane(place);
  const { backfillId, window } = purpose.slice;
  return `${backfillLanes(place, backfillId)}${sliceName(window)}`;
}

export const sliceName = ({ lo, hi }: { readonly lo: string; readonly hi: string }): string => `${lo}_${hi}`;

const root = ({ environment, pipeline, dataset }: DatasetLanes): string =>
  `snowmelt/${environment}/${pipeline}/${dataset}`;
