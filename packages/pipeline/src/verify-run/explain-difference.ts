import { durationMs } from "@snowmelt/core/types";
import type { SourceView } from "./source-view.ts";

/** What may stand between a source and its table without anybody being at fault. */
export interface Standing {
  readonly view: Exclude<SourceView, { kind: "none" }>;
  /** Rows that are at the source after the table's last window. An update among them took a row out of what was before. */
  readonly newer: bigint;
  /** Rows that rules set aside: at the source, and not in the table. */
  readonly quarantined: number;
}

/** Why a difference in row counts is no fault; undefined where it is one. Pure. */
export function excuseRows({ view, newer, quarantined }: Standing, source: bigint, lake: bigint): string | undefined {
  if (view.kind === "all" && view.because !== undefined) return view.because;
  if (lake > source && lake - source <= newer) return newerText(newer);
  if (source > lake && source - lake <= BigInt(quarantined)) return quarantinedText(quarantined);
  return undefined;
}

/** The same of any number that rows make up. */
export function excuseValues({ view, newer, quarantined }: Standing): string | undefined {
  if (view.kind === "all" && view.because !== undefined) return view.because;
  if (newer > 0n) return newerText(newer);
  return quarantined > 0 ? quarantinedText(quarantined) : undefined;
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

const newerText = (newer: bigint): string =>
  `${newer} rows at the source are newer than the table's last window, and updates among them change what was before; run the pipeline, then verify`;

const quarantinedText = (quarantined: number): string =>
  `${quarantined} rows are in quarantine: at the source, and not in the table`;
