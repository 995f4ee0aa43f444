import { withConnection } from "./connections.ts";
import type { EngineState } from "./engine-state.ts";

const HISTORY_DAYS = 7n;
const DAY_MICROS = 86_400_000_000n;

/** Removes what no statement may read any more: row versions beyond their table's retention, and old query history. */
export async function forgetExpired(state: EngineState, nowMicros: bigint): Promise<void> {
  const tables = state.catalog.objects().filter((object) => object.kind === "table");
  await withConnection(state.connections, async (connection) => {
    for (const table of tables) {
      const version = state.versions.at(nowMicros - BigInt(table.retentionDays) * DAY_MICROS);
      if (version > 0) await connection.run(`DELETE FROM ${table.physical} WHERE valid_to <= ${version}`);
    }
    await connection.run(`DELETE FROM meta.history WHERE started < ${nowMicros - HISTORY_DAYS * DAY_MICROS}`);
  });
}
