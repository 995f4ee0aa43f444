import { copyFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import type { ExecutedStatement, WireColumn } from "../../engine.ts";
import type { BoundColumn, BoundQuery } from "../bind/binder.ts";
import { quoteText } from "../quote.ts";
import { number, TEXT } from "../types/logical-type.ts";
import { wireCell, wireColumn } from "../types/wire.ts";
import type { KeptResults } from "./kept-results.ts";

export interface ResultPlace {
  readonly dataDir: string;
  readonly queryId: string;
  readonly kept: KeptResults;
}

export function spoolPath(place: ResultPlace): string {
  return path.join(place.dataDir, "spool", `${encodeURIComponent(place.queryId)}.rows`);
}

/** Runs a query once and leaves its wire rows in a file. */
export async function spoolQuery(
  connection: DuckDBConnection,
  bound: BoundQuery,
  place: ResultPlace,
  statementTypeId: number,
): Promise<ExecutedStatement> {
  const file = spoolPath(place);
  const cells = bound.columns.map((column, index) => wireCell(`q.c${index + 1}`, column.type));
  const rows = `SELECT to_json([${cells.join(", ")}]) || ',' FROM (${bound.sql}) AS q`;
  const copied = await connection.runAndReadAll(
    `COPY (${rows}) TO ${quoteText(file)} (FORMAT csv, QUOTE '', ESCAPE '', DELIMITER '\u0001', HEADER false)`,
  );
  const rowCount = Number(copied.getRows()[0]?.[0] ?? 0);
  await place.kept.keep(place.queryId, file, bound.columns);
  return spooled(
    file,
    bound.columns.map((column) => wireColumn(column.name, column)),
    rowCount,
    statementTypeId,
  );
}

/** A result that is known without running anything: counts and messages. */
export async function literalResult(
  columns: readonly BoundColumn[],
  rows: readonly (readonly (string | null)[])[],
  place: ResultPlace,
  statementTypeId: number,
): Promise<ExecutedStatement> {
  const file = spoolPath(place);
  await writeFile(file, rows.map((row) => `${JSON.stringify(row)},\n`).join(""));
  await place.kept.keep(place.queryId, file, columns);
  return spooled(
    file,
    columns.map((column) => wireColumn(column.name, column)),
    rows.length,
    statementTypeId,
  );
}

export function statusResult(message: string, place: ResultPlace, statementTypeId: number): Promise<ExecutedStatement> {
  return literalResult([{ name: "status", type: TEXT, nullable: true }], [[message]], place, statementTypeId);
}

/** `number of rows inserted` and the like. */
export function countResult(
  counts: Readonly<Record<string, number>>,
  place: ResultPlace,
  statementTypeId: number,
): Promise<ExecutedStatement> {
  const columns = Object.keys(counts).map((name) => ({ name, type: number(19, 0), nullable: false }));
  return literalResult(columns, [Object.values(counts).map(String)], place, statementTypeId);
}

function spooled(
  file: string,
  columns: readonly WireColumn[],
  rowCount: number,
  statementTypeId: number,
): ExecutedStatement {
  return {
    statementTypeId,
    columns,
    rowCount,
    writeJsonRows: async (target) => {
      await rename(file, target).catch(async (error: NodeJS.ErrnoException) => {
        if (error.code !== "EXDEV") throw error;
        await copyFile(file, target);
        await rm(file);
      });
    },
    [Symbol.asyncDispose]: () => rm(file, { force: true }),
  };
}
