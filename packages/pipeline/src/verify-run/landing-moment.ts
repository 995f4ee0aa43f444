import type { HistoryEntry } from "@snowmelt/lake/delta";

/**
 * The moment the source was read as of by the newest landing of a table, of whatever purpose, by its commits from the newest
 * on. Undefined where they do not tell it any more, or where the table was restored since.
 */
export async function landingMoment(
  commits: AsyncIterable<Pick<HistoryEntry, "commitInfo">>,
): Promise<bigint | undefined> {
  for await (const { commitInfo } of commits) {
    if (commitInfo?.operation === "RESTORE") return undefined;
    const told = commitInfo?.snowmelt;
    if (typeof told !== "object" || told === null || !("snapshotMicros" in told)) continue;
    const { snapshotMicros } = told;
    if (typeof snapshotMicros === "string" && /^\d+$/.test(snapshotMicros)) return BigInt(snapshotMicros);
  }
  return undefined;
}
