import type { DuckDBConnection } from "@duckdb/node-api";
import type { BoundColumn } from "../bind/binder.ts";
import { quoteName } from "../quote.ts";
import type { UnloadColumn } from "./bind-unload.ts";
import { toFolder } from "./partition-folder.ts";
import type { PartitionRows } from "./plan-pieces.ts";
import type { UnloadFormat } from "./unload-format.ts";

export interface UnloadQuery {
  readonly sql: string;
  readonly isPartitioned: boolean;
  readonly nullFolder: UnloadFormat["nullFolder"];
}

/**
 * Runs the query once, into a temporary table: c1, c2 ... and `part` as the query has them, and `n`, the row's number from
 * 0 in the order in which files are written. It lives until it is dropped or the connection ends.
 */
export async function stageRows(
  connection: DuckDBConnection,
  query: UnloadQuery,
  table: string,
): Promise<readonly PartitionRows[]> {
  const order = query.isPartitioned ? " ORDER BY part NULLS FIRST" : "";
  await connection.run(
    `CREATE TEMP TABLE ${table} AS SELECT *, row_number() OVER () - 1 AS n FROM (${query.sql}${order})`,
  );
  const reader = await connection.runAndReadAll(
    `SELECT part, CAST(min(n) AS VARCHAR), CAST(count(*) AS VARCHAR) FROM ${table} GROUP BY part ORDER BY min(n)`,
  );
  return reader.getRows().map(([part, firstRow, rowCount]) => ({
    folder: query.isPartitioned ? toFolder(part === null ? null : String(part), query.nullFolder) : "",
    firstRow: Number(firstRow),
    rowCount: Number(rowCount),
  }));
}

/** Bytes of a row before compression, from the first rows. */
export async function measureRow(
  connection: DuckDBConnection,
  table: string,
  columns: readonly BoundColumn[],
): Promise<number> {
  const widths = columns.map(({ type }, index) => {
    const isText = !["number", "real", "boolean", "date", "time", "timestamp_ntz", "binary"].includes(type.kind);
    if (type.kind === "binary") return `COALESCE(octet_length(c${index + 1}), 0)`;
    return isText ? `COALESCE(strlen(c${index + 1}), 0)` : "16";
  });
  const reader = await connection.runAndReadAll(
    `SELECT avg(${widths.join(" + ")}) FROM (SELECT * FROM ${table} LIMIT 20000)`,
  );
  return Number(reader.getRows()[0]?.[0] ?? 0);
}

const INTEGER_RANGES: readonly (readonly [type: string, most: bigint])[] = [
  ["TINYINT", 127n],
  ["SMALLINT", 32_767n],
  ["INTEGER", 2_147_483_647n],
  ["BIGINT", 9_223_372_036_854_775_807n],
];

/**
 * The select list that gives number columns the narrowest type their values allow, as
 * ENABLE_UNLOAD_PHYSICAL_TYPE_OPTIMIZATION does.
 */
export async function narrowColumns(
  connection: DuckDBConnection,
  table: string,
  columns: readonly UnloadColumn[],
): Promise<readonly UnloadColumn[]> {
  const numbers = columns.filter(({ column }) => column.type.kind === "number");
  if (numbers.length === 0) return columns;
  const largest = numbers.map(
    ({ sql }) => `CAST(max(abs(CAST(${sql} AS DECIMAL(38,${scaleOf(columns, sql)})))) AS VARCHAR)`,
  );
  const [row = []] = (await connection.runAndReadAll(`SELECT ${largest.join(", ")} FROM ${table}`)).getRows();
  const byColumn = new Map(numbers.map(({ sql }, index) => [sql, String(row[index] ?? "0")]));
  return columns.map((one) => {
    const most = byColumn.get(one.sql);
    return most === undefined ? one : { ...one, sql: `CAST(${one.sql} AS ${narrowType(most)})` };
  });
}

function scaleOf(columns: readonly UnloadColumn[], sql: string): number {
  const type = columns.find((one) => one.sql === sql)?.column.type;
  return type?.kind === "number" ? type.scale : 0;
}

function narrowType(most: string): string {
  const [whole = "0", fraction = ""] = most.split(".");
  if (fraction === "") {
    const value = BigInt(whole);
    return INTEGER_RANGES.find(([, limit]) => value <= limit)?.[0] ?? `DECIMAL(${whole.length},0)`;
  }
  const digits = whole.replace(/^0+/, "").length + fraction.length;
  return `DECIMAL(${digits},${fraction.length})`;
}

/** The select list of the files: names as the query has them, or `col1`, `col2` ... */
export function fileColumns(columns: readonly UnloadColumn[], header: boolean): string {
  return columns
    .map(({ sql, column }, index) => `${sql} AS ${quoteName(header ? column.name : `col${index + 1}`)}`)
    .join(", ");
}
