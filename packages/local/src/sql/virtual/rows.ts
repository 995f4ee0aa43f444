import type { BoundQuery } from "../bind/binder.ts";
import { quoteText } from "../quote.ts";
import { type LogicalType, number, TEXT, TIMESTAMP_LTZ } from "../types/logical-type.ts";
import { physicalType } from "../types/physical.ts";

/** A cell of a virtual relation: text, a whole number, a truth, a moment in microseconds, or raw DuckDB SQL. */
export type VirtualCell = string | number | boolean | null | { readonly micros: bigint } | { readonly sql: string };

export interface VirtualColumn {
  readonly name: string;
  readonly type: LogicalType;
}

const COLUMN_TYPES: Readonly<Record<string, LogicalType>> = {
  text: TEXT,
  count: number(38, 0),
  moment: { ...TIMESTAMP_LTZ, kind: "timestamp_ltz", scale: 3 },
};

/** Columns from a list such as `created_on:moment, name, rows:count`; without a word they are text. */
export function virtualColumns(list: string): readonly VirtualColumn[] {
  return list.split(",").map((item) => {
    const [name = "", kind = "text"] = item.trim().split(":");
    return { name, type: COLUMN_TYPES[kind] ?? TEXT };
  });
}

/** Rows made by the engine as a relation. */
export function relationOf(columns: readonly VirtualColumn[], rows: readonly (readonly VirtualCell[])[]): BoundQuery {
  const bound = columns.map(({ name, type }) => ({ name, type, nullable: true }));
  const names = columns.map((_, index) => `c${index + 1}`).join(", ");
  if (rows.length === 0) {
    const nulls = columns.map(({ type }, index) => `CAST(NULL AS ${physicalType(type)}) AS c${index + 1}`).join(", ");
    return { sql: `SELECT ${nulls} WHERE FALSE`, columns: bound };
  }
  const lines = rows.map((row) => columns.map(({ type }, index) => cellSql(row[index] ?? null, type)).join(", "));
  // A row that asks tables is a query of its own: one that a condition on its name leaves out is not asked for.
  const isAsked = rows.some((row) => row.some((cell) => typeof cell === "object" && cell !== null && "sql" in cell));
  const from = isAsked
    ? lines.map((line) => `SELECT ${line}`).join(" UNION ALL ")
    : `VALUES ${lines.map((line) => `(${line})`).join(", ")}`;
  return { sql: `SELECT * FROM (${from}) AS virtual_rows(${names})`, columns: bound };
}

function cellSql(cell: VirtualCell, type: LogicalType): string {
  const physical = physicalType(type);
  if (cell === null) return `CAST(NULL AS ${physical})`;
  if (typeof cell === "object") return "sql" in cell ? `CAST(${cell.sql} AS ${physical})` : momentSql(cell.micros);
  if (typeof cell === "string") return quoteText(cell);
  return `CAST(${String(cell)} AS ${physical})`;
}

/** Microseconds as the seconds that timestamp columns hold, cut to milliseconds. */
export function momentSql(micros: bigint): string {
  return `CAST(CAST(${micros / 1000n} AS DECIMAL(20,0)) * CAST('0.001' AS DECIMAL(4,3)) AS DECIMAL(38,9))`;
}
