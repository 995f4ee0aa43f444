import { type AddFile, type CommitPlan, decodeDataPath, parseStats, type Snapshot } from "@snowmelt/lake/delta";

/**
 * The rows that a table will have once a plan is in its log, by the statistics of the files that are live then: what a reader
 * of the log alone would count. Undefined when a file has none, as other writers may leave it. Pure.
 */
export function rowsByLog(planned: Snapshot | undefined, { actions }: Pick<CommitPlan, "actions">): number | undefined {
  const live = new Map<string, number | undefined>();
  const rowsOf = (stats: AddFile["stats"]): number | undefined => parseStats(stats, [])?.numRecords;
  for (const [path, { stats }] of planned?.files ?? []) live.set(path, rowsOf(stats));
  for (const action of actions) {
    if ("remove" in action) live.delete(decodeDataPath(action.remove.path));
    if ("add" in action) live.set(decodeDataPath(action.add.path), rowsOf(action.add.stats));
  }
  let total = 0;
  for (const rows of live.values()) {
    if (rows === undefined) return undefined;
    total += rows;
  }
  return total;
}
