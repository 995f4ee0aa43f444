import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { readSnapshot } from "@snowmelt/lake/delta";
import { openFileStore } from "@snowmelt/lake/store";

/** Rows of a table in the lake, by DuckDB over the files that the Delta log names. */
export async function lakeRows(
  lake: string,
  path: string,
  select: string,
  orderBy: string,
): Promise<(string | null)[][]> {
  const snapshot = await readSnapshot({ store: openFileStore(lake), path });
  if (!snapshot) throw new Error(`there is no table ${path}`);
  const files = [...snapshot.files.keys()].map((key) => `'${join(lake, path, key)}'`);
  if (files.length === 0) return [];
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  try {
    await connection.run("SET TimeZone = 'UTC'");
    const result = await connection.runAndReadAll(
      `SELECT ${select} FROM read_parquet([${files.join(", ")}]) ORDER BY ${orderBy}`,
    );
    return result.getRowsJson().map((row) => row.map((cell) => (cell === null ? null : String(cell))));
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}
