import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { readSnapshot } from "@snowmelt/lake/delta";
import { openFileStore } from "@snowmelt/lake/store";
import { lakeRows } from "../lake-rows.ts";
import type { Landscape } from "../landscape.ts";

/** Of the flights of a day from an airport: how many, and sums that tie each flight to its values. */
const sums = ["COUNT(*)", "SUM(FLIGHT_ID)", "SUM(FLIGHT_ID * DELAY)", "SUM(FLIGHT_ID * DISTANCE)"];
const select = (day: string): string =>
  [day, "ORIGIN", ...sums].map((expression) => `(${expression})::VARCHAR`).join(", ");

type Rows = (string | null)[][];

export async function flightSumsAtSource(land: Landscape, condition = "TRUE"): Promise<Rows> {
  const rows: Rows = [];
  const day = "TO_DATE(DATE)";
  // A few months at a time: a statement's rows are fetched whole.
  for (const [from, to] of [
    [1, 3],
    [4, 6],
    [7, 9],
    [10, 12],
  ])
    rows.push(
      ...(await land.rows(
        `SELECT ${select(day)} FROM AVIATION.PUBLIC.FLIGHTS WHERE MONTH(DATE) BETWEEN ${from} AND ${to} AND ${condition} GROUP BY ${day}, ORIGIN ORDER BY ${day}, ORIGIN`,
      )),
    );
  return rows;
}

/** In a quarantine a flight may be more than once: with each of the values that it was refused with. */
export async function refusedFlightsInLake(
  land: Landscape,
): Promise<{ flights: string; versions: string; rows: string }> {
  const columns = "COUNT(DISTINCT FLIGHT_ID), COUNT(DISTINCT (FLIGHT_ID, UPDATED_AT)), COUNT(*)";
  const [row = []] = await lakeRows(land.lake, "quarantine/flights", columns, "1");
  return { flights: row[0] ?? "", versions: row[1] ?? "", rows: row[2] ?? "" };
}

export async function flightSumsInLake(land: Landscape): Promise<{ sums: Rows; flights: string; keys: string }> {
  const snapshot = await readSnapshot({ store: openFileStore(land.lake), path: "raw/flights" });
  const files = [...(snapshot?.files.keys() ?? [])].map((key) => `'${join(land.lake, "raw/flights", key)}'`);
  const from = `FROM read_parquet([${files.join(", ")}], hive_partitioning = false)`;
  const day = "CAST(DATE AT TIME ZONE 'UTC' AS DATE)";
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  try {
    const read = async (sql: string): Promise<Rows> =>
      (await connection.runAndReadAll(sql))
        .getRowsJson()
        .map((row) => row.map((cell) => (cell === null ? null : String(cell))));
    const [counts = []] = await read(`SELECT COUNT(*), COUNT(DISTINCT FLIGHT_ID) ${from}`);
    return {
      sums: await read(`SELECT ${select(day)} ${from} GROUP BY ${day}, ORIGIN ORDER BY ${day}, ORIGIN`),
      flights: counts[0] ?? "",
      keys: counts[1] ?? "",
    };
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}
