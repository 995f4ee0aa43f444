import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { DuckDBInstance } from "@duckdb/node-api";
import type { ObjectStore } from "@snowmelt/core/ports";
import { readSnapshot } from "@snowmelt/lake/delta";
import { openFileStore } from "@snowmelt/lake/store";

/** Rows of a table in the lake, by DuckDB over the files that the Delta log names; those of a bucket are fetched first. */
export async function lakeRows(
  lake: string | ObjectStore,
  path: string,
  select: string,
  orderBy: string,
): Promise<(string | null)[][]> {
  const store = typeof lake === "string" ? openFileStore(lake) : lake;
  const snapshot = await readSnapshot({ store, path });
  if (!snapshot) throw new Error(`there is no table ${path}`);
  if (snapshot.files.size === 0) return [];
  const fetched = store.uri.startsWith("file:") ? undefined : await mkdtemp(join(tmpdir(), "snowmelt-rows-"));
  const root = fetched ?? fileURLToPath(store.uri);
  const files = [...snapshot.files.keys()].map((key) => join(root, path, key));
  if (fetched) {
    for (const key of snapshot.files.keys()) {
      await mkdir(dirname(join(root, path, key)), { recursive: true });
      await writeFile(join(root, path, key), (await store.get(`${path}/${key}`)) ?? new Uint8Array(0));
    }
  }
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  try {
    await connection.run("SET TimeZone = 'UTC'");
    const result = await connection.runAndReadAll(
      `SELECT ${select} FROM read_parquet([${files.map((file) => `'${file}'`).join(", ")}], hive_partitioning = false, union_by_name = true) ORDER BY ${orderBy}`,
    );
    return result.getRowsJson().map((row) => row.map((cell) => (cell === null ? null : String(cell))));
  } finally {
    connection.closeSync();
    instance.closeSync();
    if (fetched) await rm(fetched, { recursive: true });
  }
}
