import { durationMs } from "@snowmelt/core/types";
import type { SourceView } from "./source-view.ts";
import type { RecentPast } from "./verify-recent.ts";

/** What may stand between a source and its table without anybody being at fault. Whatever it explains stays unproven. */
export interface Standing {
  readonly view: Exclude<SourceView, { kind: "none" }>;
  /** Rows at the source that are newer than the table's last window and may have been taken out of what was before it. */
  readonly moved: bigint;
  /** Rows whose newest version is in quarantine. They are counted with the table's, and so are their values. */
  readonly setAside: number;
}

/**
 * How many rows may have left what was before the window's end for what is after it: as many as the table has more, stretch by
 * stretch, and none where more are missing than there are newer ones. Newer rows that are new take nothing out. Pure.
 */
export function movedRows({ buckets, newer }: Pick<RecentPast, "buckets" | "newer">): bigint {
  if (buckets.some(({ lake }) => lake === undefined)) return newer;
  const surplus = buckets.reduce((sum, { source, lake = 0n }) => (lake > source ? sum + lake - source : sum), 0n);
  return surplus <= newer ? surplus : 0n;
}

/** Why a difference in row counts may be no fault; undefined where it is one. Pure. */
export function excuseRows({ view, moved, setAside }: Standing, source: bigint, lake: bigint): string | undefined {
  if (view.kind === "all" && view.because !== undefined) return view.because;
  if (lake <= source) return undefined;
  if (lake - source <= moved) return movedText(moved);
  return lake - source <= BigInt(setAside)
    ? `${setAside} rows are in quarantine and not in the table, and some of them may have been deleted at the source`
    : undefined;
}

/** The same of any number that rows make up, where the rows are as many, or are not for the reason that is given. */
export function excuseValues({ view, moved }: Standing, rowsExcuse: string | undefined): string | undefined {
  if (view.kind === "all" && view.because !== undefined) return view.because;
  return moved > 0n ? movedText(moved) : rowsExcuse;
}

/** What is likely to be behind a difference that has no excuse. */
export function suspect({ view }: Standing, source: bigint, lake: bigint): string {
  if (view.kind === "all")
    return source > lake
      ? "rows of the table were removed since it was landed, by another writer of its log"
      : "rows were added to the table since it was landed, by another writer of its log";
  const { lag, deletes } = view.sync;
  if (lake > source)
    return deletes === "ignore"
      ? 'rows were deleted at the source, which this dataset does not follow (deletes: "ignore"), or another writer added some to the table'
      : "rows were deleted at the source and the table still has them, or another writer added some to the table";
  const within = lag === undefined ? "" : ` longer than its lag of ${durationMs(lag) / 1000} seconds`;
  return `a transaction at the source stayed open${within}, so that its rows came after their window, or another writer removed rows from the table; a backfill of the stretch lands them`;
}

const movedText = (moved: bigint): string =>
  `up to ${moved} rows at the source were updated past the table's last window, and nobody can tell them from rows that are wrong; run the pipeline, then verify`;
