import { createReadStream } from "node:fs";
import { readdir } from "node:fs/promises";
import { join, relative } from "node:path";
import { type DuckDBAppender, DuckDBDataChunk, DuckDBInstance, VARCHAR } from "@duckdb/node-api";
import { openS3Store } from "@snowmelt/lake/s3";
import { lakeBucket } from "../../../scripts/quickstart/lake-place.ts";
import { routes, type Task } from "../task.ts";
import { openSession } from "./open-session.ts";

type Cells = readonly (string | null)[];

const chunkRows = 2048;
const columns = ["FLIGHT_ID", "DATE", "DELAY", "DISTANCE", "ORIGIN", "DESTINATION", "UPDATED_AT"];
const texts = columns.map(() => VARCHAR);

/**
 * The flights by the driver's rows, a table of DuckDB's and its COPY, in the columns and partitions of the table: nothing is
 * verified or committed, and a repeat lands them twice. Rows, as DuckDB says.
 */
export async function copyRows(task: Task): Promise<number> {
  await using session = await openSession(task);
  const queryId = await session.submit(`SELECT ${columns.join(", ")} FROM FLIGHTS`, { requestId: crypto.randomUUID() });
  await session.awaitQuery(queryId);
  const duckdb = await DuckDBInstance.create(":memory:");
  const connection = await duckdb.connect();
  await connection.run(`CREATE TABLE flights (${columns.map((name) => `${name} VARCHAR`).join(", ")})`);
  const appender = await connection.createAppender("flights");
  const result = await session.openResult(queryId);
  const onRows = (rows: readonly Cells[]): void => appendRows(appender, rows);
  await result.read({ start: 0, end: result.rowCount }, { stallMs: 60_000, onRows });
  appender.closeSync();
  const folder = join(task.directory, "flights");
  const { rowsChanged } = await connection.run(
    `COPY (SELECT CAST(FLIGHT_ID AS BIGINT) AS FLIGHT_ID, CAST(DATE AS TIMESTAMP) AS DATE, CAST(DELAY AS BIGINT) AS DELAY,
         CAST(DISTANCE AS BIGINT) AS DISTANCE, ORIGIN, DESTINATION, CAST(UPDATED_AT AS TIMESTAMP) AS UPDATED_AT,
         strftime(CAST(DATE AS TIMESTAMP), '%Y-%m') AS DATE_month FROM flights)
       TO '${folder}' (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, PARTITION_BY (DATE_month))`,
  );
  connection.closeSync();
  duckdb.closeSync();
  const { prefix } = routes[task.route];
  if (prefix !== null) await putFiles(task, folder, prefix);
  return rowsChanged;
}

function appendRows(appender: DuckDBAppender, rows: readonly Cells[]): void {
  for (let start = 0; start < rows.length; start += chunkRows) {
    const slab = rows.slice(start, start + chunkRows);
    const chunk = DuckDBDataChunk.create(texts, slab.length);
    chunk.setColumns(columns.map((_, column) => slab.map((cells) => cells[column] ?? null)));
    appender.appendDataChunk(chunk);
  }
}

async function putFiles({ endpoint, region, credentials }: Task, folder: string, prefix: string): Promise<void> {
  await using store = openS3Store({ bucket: lakeBucket, prefix, endpoint, region, credentials });
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const { name, parentPath } of entries.filter((entry) => entry.isFile())) {
    const path = join(parentPath, name);
    await store.put(`by-hand/${relative(folder, path)}`, createReadStream(path));
  }
}
