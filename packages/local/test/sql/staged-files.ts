import { readdir } from "node:fs/promises";
import path from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";

/** Reads Parquet files with a DuckDB of its own. */
export async function readParquet(sql: string): Promise<readonly (readonly unknown[])[]> {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  try {
    return (await connection.runAndReadAll(sql)).getRowsJson();
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** Physical and logical type of each column, as the footer has them. */
export async function parquetTypes(file: string): Promise<Readonly<Record<string, string>>> {
  const rows = await readParquet(
    `SELECT name, concat_ws(' ', type, COALESCE(logical_type, converted_type)) FROM parquet_schema('${file}') WHERE type IS NOT NULL`,
  );
  return Object.fromEntries(rows.map(([name, type]) => [String(name), String(type)]));
}

/** Every file below a folder, by its path from there. */
export async function filesBelow(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .sort();
}
