import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { readSnapshot } from "@snowmelt/lake/delta";
import { openFileStore } from "@snowmelt/lake/store";
import { findJudges } from "../judges.ts";

/** The table in the lake, asked in DuckDB's SQL, where it is called `flights`. */
export interface LakeSql extends AsyncDisposable {
  rows(sql: string): Promise<(string | null)[][]>;
  /** By which reader, in words. */
  readonly how: string;
}

/**
 * Reads by DuckDB's own Delta reader where its extension is at hand (the tests install it), else the very files that the
 * Delta log names.
 */
export async function openLake(table: string): Promise<LakeSql> {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  const { from, how } = await relation(table);
  const [load, scan] = from;
  for (const sql of ["SET TimeZone = 'UTC'", ...load, `CREATE VIEW flights AS SELECT * FROM ${scan}`]) {
    await connection.run(sql);
  }
  return {
    how,
    async rows(sql) {
      const result = await connection.runAndReadAll(sql);
      return result.getRowsJson().map((row) => row.map((cell) => (cell === null ? null : String(cell))));
    },
    async [Symbol.asyncDispose]() {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

interface Relation {
  readonly from: readonly [load: readonly string[], scan: string];
  readonly how: string;
}

async function relation(table: string): Promise<Relation> {
  const extension = process.env.SNOWMELT_DUCKDB_DELTA ?? findJudges().SNOWMELT_DUCKDB_DELTA;
  if (extension !== undefined && existsSync(extension)) {
    return { from: [[`LOAD ${quoted(extension)}`], `delta_scan(${quoted(table)})`], how: "DuckDB's Delta reader" };
  }
  const zone = dirname(table);
  const snapshot = await readSnapshot({
    store: openFileStore(dirname(zone)),
    path: join(basename(zone), basename(table)),
  });
  if (snapshot === undefined) throw new Error(`There is no Delta table at ${table}.`);
  const files = [...snapshot.files.keys()].map((key) => quoted(join(table, key)));
  return {
    from: [[], `read_parquet([${files.join(", ")}])`],
    how: `DuckDB, reading the ${files.length} Parquet files that version ${snapshot.version} of the Delta log names`,
  };
}

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;
