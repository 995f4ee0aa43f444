import type { DeltaTable } from "@snowmelt/lake/delta";

/**
 * The moment the source was read as of by the newest landing of a table, of whatever purpose. Undefined where the log does
 * not tell it any more, or where the table was restored since.
 */
export async function landingMoment(table: DeltaTable, signal: AbortSignal): Promise<bigint | undefined> {
  for await (const { commitInfo } of table.history({ signal })) {
    if (commitInfo?.operation === "RESTORE") return undefined;
    const told = commitInfo?.snowmelt;
    if (typeof told !== "object" || told === null || !("snapshotMicros" in told)) continue;
    const { snapshotMicros } = told;
    if (typeof snapshotMicros === "string" && /^\d+$/.test(snapshotMicros)) return BigInt(snapshotMicros);
  }
  return undefined;
}
