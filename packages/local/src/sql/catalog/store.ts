import type { DuckDBConnection } from "@duckdb/node-api";
import { quoteText } from "../quote.ts";
import { type CatalogChange, type CatalogEntry, entryKey } from "./catalog.ts";

/** A committed change of data: its number, its moment, the statement that made it and the tables it touched. */
export interface StoredVersion {
  readonly version: number;
  readonly stampMicros: bigint;
  readonly queryId: string;
  readonly tables: readonly number[];
}

const SCHEMA = [
  "CREATE SCHEMA IF NOT EXISTS meta",
  "CREATE SCHEMA IF NOT EXISTS data",
  "CREATE TABLE IF NOT EXISTS meta.entry (key VARCHAR, doc VARCHAR)",
  "CREATE TABLE IF NOT EXISTS meta.version (version BIGINT, stamp BIGINT, query_id VARCHAR, tables BIGINT[])",
];

/** Makes the engine's own tables when they are not there. */
export async function prepareStore(connection: DuckDBConnection): Promise<void> {
  for (const statement of SCHEMA) await connection.run(statement);
}

export async function readEntries(connection: DuckDBConnection): Promise<readonly CatalogEntry[]> {
  const rows = await connection.runAndReadAll("SELECT doc FROM meta.entry");
  return rows.getRows().map(([doc]) => JSON.parse(String(doc)) as CatalogEntry);
}

export async function readVersions(connection: DuckDBConnection): Promise<readonly StoredVersion[]> {
  const rows = await connection.runAndReadAll(
    "SELECT version, stamp, query_id, to_json(tables)::VARCHAR FROM meta.version ORDER BY version",
  );
  return rows.getRows().map(([version, stamp, queryId, tables]) => ({
    version: Number(version),
    stampMicros: BigInt(String(stamp)),
    queryId: String(queryId),
    tables: JSON.parse(String(tables)) as number[],
  }));
}

/** Statements that store catalog changes, to run in the transaction that makes them. */
export function planCatalogChanges(changes: readonly CatalogChange[]): readonly string[] {
  return changes.flatMap((change) => {
    const key = change.kind === "drop" ? change.key : entryKey(change.entry);
    const remove = `DELETE FROM meta.entry WHERE key = ${quoteText(key)}`;
    return change.kind === "drop"
      ? [remove]
      : [remove, `INSERT INTO meta.entry VALUES (${quoteText(key)}, ${quoteText(JSON.stringify(change.entry))})`];
  });
}

export function planVersion(version: StoredVersion): string {
  return `INSERT INTO meta.version VALUES (${version.version}, ${version.stampMicros}, ${quoteText(version.queryId)}, [${version.tables.join(", ")}]::BIGINT[])`;
}
