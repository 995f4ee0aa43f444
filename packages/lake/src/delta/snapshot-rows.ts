import { parseStats } from "../stats/parse-stats.ts";
import type { Snapshot } from "./snapshot.ts";

/** Rows of a table by its statistics; undefined when a file has none, as other writers may leave it. */
export function snapshotRows(snapshot: Snapshot): number | undefined {
  let rows = 0;
  for (const { stats } of snapshot.files.values()) {
    const counted = parseStats(stats, [])?.numRecords;
    if (counted === undefined) return undefined;
    rows += counted;
  }
  return rows;
}
