import type { Binder, BoundQuery } from "../bind/binder.ts";
import { compilationError, unsupported } from "../failures.ts";
import { quoteText } from "../quote.ts";
import { HISTORY_ROWS } from "../run/history.ts";
import { cast } from "../types/cast.ts";
import { type LogicalType, number, TEXT, TIMESTAMP_LTZ } from "../types/logical-type.ts";
import type { Typed } from "../types/typed.ts";

const MOMENT: LogicalType = { ...TIMESTAMP_LTZ, kind: "timestamp_ltz", scale: 3 };
const COUNT = number(38, 0);

/** Columns of QUERY_HISTORY, as DuckDB expressions over a stored record. */
const COLUMNS: readonly (readonly [name: string, type: LogicalType, sql: string])[] = [
  ["QUERY_ID", TEXT, "query_id"],
  ["QUERY_TEXT", TEXT, "sql_text"],
  ["DATABASE_NAME", TEXT, "database_name"],
  ["SCHEMA_NAME", TEXT, "schema_name"],
  ["QUERY_TYPE", TEXT, "upper(split_part(trim(sql_text), ' ', 1))"],
  ["SESSION_ID", COUNT, "TRY_CAST(session_id AS DECIMAL(38,0))"],
  ["USER_NAME", TEXT, "user_name"],
  ["ROLE_NAME", TEXT, "role_name"],
  ["WAREHOUSE_NAME", TEXT, "warehouse_name"],
  ["QUERY_TAG", TEXT, "query_tag"],
  ["EXECUTION_STATUS", TEXT, "CASE status WHEN 'ABORTED' THEN 'FAILED_WITH_ERROR' ELSE status END"],
  ["ERROR_CODE", TEXT, "error_code"],
  ["ERROR_MESSAGE", TEXT, "error_message"],
  ["START_TIME", MOMENT, momentOf("started")],
  ["END_TIME", MOMENT, momentOf("ended")],
  ["TOTAL_ELAPSED_TIME", COUNT, "CAST((COALESCE(ended, started) - started) // 1000 AS DECIMAL(38,0))"],
  ["EXECUTION_TIME", COUNT, "CAST((COALESCE(ended, started) - started) // 1000 AS DECIMAL(38,0))"],
  ["ROWS_PRODUCED", COUNT, "CAST(rows_produced AS DECIMAL(38,0))"],
];

function momentOf(column: string): string {
  return `CAST(CAST(${column} // 1000 AS DECIMAL(20,0)) * CAST('0.001' AS DECIMAL(4,3)) AS DECIMAL(38,9))`;
}

/** QUERY_HISTORY and its BY_SESSION, BY_USER and BY_WAREHOUSE forms: the newest first, 100 rows unless RESULT_LIMIT says more. */
export function queryHistory(binder: Binder, name: string, args: ReadonlyMap<string, Typed>): BoundQuery | null {
  const filters = filtersOf(binder, name, args);
  if (filters === null) return null;
  const limit = args.get("RESULT_LIMIT")?.constant ?? "100";
  if (!/^\d+$/.test(limit) || Number(limit) < 1 || Number(limit) > 10_000)
    throw compilationError("RESULT_LIMIT must be from 1 to 10000", "001045");
  const list = COLUMNS.map(([, , sql], index) => `${sql} AS c${index + 1}`).join(", ");
  const where = filters.length === 0 ? "" : ` WHERE ${filters.join(" AND ")}`;
  return {
    sql: `SELECT ${list} FROM (${HISTORY_ROWS}) AS h${where} ORDER BY COALESCE(ended, 9223372036854775807) DESC, started DESC LIMIT ${limit}`,
    columns: COLUMNS.map(([column, type]) => ({ name: column, type, nullable: true })),
  };
}

function filtersOf(binder: Binder, name: string, args: ReadonlyMap<string, Typed>): readonly string[] | null {
  const own: Readonly<Record<string, readonly string[]>> = {
    QUERY_HISTORY: [],
    QUERY_HISTORY_BY_SESSION: [sessionFilter(binder, args.get("SESSION_ID"))],
    QUERY_HISTORY_BY_USER: [textFilter("user_name", args.get("USER_NAME"), binder.session.user)],
    QUERY_HISTORY_BY_WAREHOUSE: [
      textFilter("warehouse_name", args.get("WAREHOUSE_NAME"), binder.session.warehouse ?? ""),
    ],
  };
  const fixed = own[name];
  if (fixed === undefined) return null;
  const range = [
    ["END_TIME_RANGE_START", "COALESCE(ended, 9223372036854775807)", ">="],
    ["END_TIME_RANGE_END", "COALESCE(ended, 0)", "<="],
  ] as const;
  const bounds = range.flatMap(([key, column, op]) => {
    const value = args.get(key);
    if (value === undefined) return [];
    return [
      `${column} ${op} CAST(floor(${cast(value, TIMESTAMP_LTZ, { session: binder.session }).sql} * CAST(1000000 AS DECIMAL(7,0))) AS HUGEINT)`,
    ];
  });
  return [...fixed, ...bounds];
}

function sessionFilter(binder: Binder, value: Typed | undefined): string {
  return `session_id = ${quoteText(value?.constant ?? binder.sessionFacts.sessionId)}`;
}

function textFilter(column: string, value: Typed | undefined, absent: string): string {
  if (value !== undefined && value.constant === undefined) throw unsupported(`a ${column} that is not a literal`);
  return `${column} = ${quoteText(value?.constant ?? absent)}`;
}
