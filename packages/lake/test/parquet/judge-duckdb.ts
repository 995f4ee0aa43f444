import { rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  DuckDBBlobValue,
  type DuckDBConnection,
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBInstance,
  DuckDBTimeNSValue,
  DuckDBTimestampNanosecondsValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  DuckDBTimeValue,
  type DuckDBValue,
} from "@duckdb/node-api";
import type { Field, Value } from "@snowmelt/core/types";

export interface DuckDbJudge extends AsyncDisposable {
  readonly connection: DuckDBConnection;
  /** The value of a query of one row and one column; `?` stands for the file. */
  scalar(bytes: Uint8Array, sql: string): Promise<unknown>;
  /** The file's rows. */
  rows(bytes: Uint8Array, fields: readonly Field[]): Promise<Value[][]>;
}

export async function openDuckDbJudge(): Promise<DuckDbJudge> {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  await connection.run("SET TimeZone = 'UTC'");
  let files = 0;
  const query = async (bytes: Uint8Array, sql: (file: string) => string): Promise<DuckDBValue[][]> => {
    const path = join(tmpdir(), `snowmelt-parquet-${process.pid}-${files++}.parquet`);
    await writeFile(path, bytes);
    try {
      return await (await connection.runAndReadAll(sql(`'${path}'`))).getRows();
    } finally {
      await rm(path);
    }
  };
  return {
    connection,
    scalar: async (bytes, sql) => (await query(bytes, (file) => sql.replaceAll("?", file)))[0]?.[0],
    async rows(bytes, fields) {
      const rows = await query(bytes, (file) => `SELECT * FROM read_parquet(${file})`);
      return rows.map((row) => fields.map((field, index) => fromDuckDb(field, row[index] ?? null)));
    },
    async [Symbol.asyncDispose]() {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

/** What DuckDB makes of a value: it has no nanoseconds in UTC or of the day, and cuts them to microseconds. */
export function asDuckDbSees(fields: readonly Field[], row: readonly Value[]): Value[] {
  return row.map((value, index) => {
    const type = fields[index]?.type;
    const isCut = type && "unit" in type && type.unit === "ns" && !(type.kind === "timestamp" && !type.utc);
    return isCut && typeof value === "bigint" ? value - (value % 1000n) : value;
  });
}

function fromDuckDb({ type }: Field, value: DuckDBValue): Value {
  const perMicro = "unit" in type && type.unit === "ns" ? 1000n : 1n;
  if (value instanceof DuckDBDecimalValue) return value.width > 9 ? value.value : Number(value.value);
  if (value instanceof DuckDBDateValue) return value.days;
  if (value instanceof DuckDBTimestampValue) return value.micros;
  if (value instanceof DuckDBTimeValue || value instanceof DuckDBTimestampTZValue) return value.micros * perMicro;
  if (value instanceof DuckDBTimeNSValue || value instanceof DuckDBTimestampNanosecondsValue) return value.nanos;
  if (value instanceof DuckDBBlobValue) return new Uint8Array(value.bytes);
  return value as Value;
}
