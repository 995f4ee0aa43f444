import { keyOf } from "./catalog/catalog.ts";
import { planVersion } from "./catalog/store.ts";
import { unknownObject } from "./failures.ts";
import { printPath, quoteText } from "./quote.ts";
import { readValue } from "./run/connections.ts";
import type { EngineState } from "./run/engine-state.ts";
import { OPEN_VERSION } from "./time-travel.ts";

export interface BulkLoad {
  /** Database, schema and table, as the catalog spells them. */
  readonly path: readonly [database: string, schema: string, name: string];
  /** A DuckDB query whose columns are the table's, in its order and physical types. */
  readonly duckdbSelect: string;
}

/** Fills a table straight from a DuckDB query, as one version. Not for repetition: it appends. */
export async function bulkLoad(state: EngineState, { path, duckdbSelect }: BulkLoad): Promise<void> {
  const table = state.catalog.objects(path[0], path[1]).find((object) => object.name === path[2]);
  if (table?.kind !== "table") throw unknownObject(printPath(path));
  const release = await state.lock.acquire(new AbortController().signal);
  const connection = await state.connections.lend();
  try {
    const version = state.versions.next();
    const names = table.columns.map((column) => column.physical).join(", ");
    await connection.run("BEGIN TRANSACTION");
    await connection.run(
      `INSERT INTO ${table.physical} (${names}, valid_from, valid_to) SELECT *, ${version}, ${OPEN_VERSION} FROM (${duckdbSelect})`,
    );
    const stored = { version, stampMicros: state.clock.commit(), queryId: `bulk-${keyOf(path)}`, tables: [table.id] };
    await connection.run(planVersion(stored));
    await connection.run("COMMIT");
    state.versions.add([stored]);
  } catch (error) {
    await connection.run("ROLLBACK").catch(() => undefined);
    throw error;
  } finally {
    state.connections.takeBack(connection);
    release();
  }
}

/** A note of the engine that survives a restart, or null. */
export async function readNote(state: EngineState, name: string): Promise<string | null> {
  const connection = await state.connections.lend();
  try {
    const value = await readValue(connection, `SELECT value FROM meta.setting WHERE name = ${quoteText(name)}`);
    return typeof value === "string" ? value : null;
  } finally {
    state.connections.takeBack(connection);
  }
}

export async function writeNote(state: EngineState, name: string, value: string): Promise<void> {
  const connection = await state.connections.lend();
  try {
    await connection.run(`DELETE FROM meta.setting WHERE name = ${quoteText(name)}`);
    await connection.run(`INSERT INTO meta.setting VALUES (${quoteText(name)}, ${quoteText(value)})`);
    await connection.run("CHECKPOINT");
  } finally {
    state.connections.takeBack(connection);
  }
}
