import type { QueryRecord } from "../../engine.ts";
import { quoteText } from "../quote.ts";
import { readValue, withConnection } from "./connections.ts";
import type { EngineState } from "./engine-state.ts";

export const HISTORY_TABLE =
  "CREATE TABLE IF NOT EXISTS meta.history (sequence BIGINT, query_id VARCHAR, sql_text VARCHAR, query_tag VARCHAR, user_name VARCHAR, role_name VARCHAR, warehouse_name VARCHAR, database_name VARCHAR, schema_name VARCHAR, session_id VARCHAR, status VARCHAR, started BIGINT, ended BIGINT, rows_produced BIGINT, error_code VARCHAR, error_message VARCHAR)";

/** The last record of each query. */
export const HISTORY_ROWS =
  "SELECT * FROM meta.history QUALIFY row_number() OVER (PARTITION BY query_id ORDER BY sequence DESC) = 1";

/** Appends a record; the last one of a query id is what QUERY_HISTORY shows. */
export async function appendHistory(state: EngineState, query: QueryRecord): Promise<void> {
  state.lastSequence += 1;
  const text = (value: string | null) => (value === null ? "NULL" : quoteText(value));
  const values = [
    state.lastSequence,
    text(query.queryId),
    text(query.sqlText),
    text(query.queryTag),
    text(query.user),
    text(query.role),
    text(query.warehouse),
    text(query.database),
    text(query.schema),
    text(query.sessionId),
    text(query.status),
    query.startedAtMicros,
    query.endedAtMicros ?? "NULL",
    query.rowsProduced ?? "NULL",
    text(query.errorCode),
    text(query.errorMessage),
  ];
  await withConnection(state.connections, (connection) =>
    connection.run(`INSERT INTO meta.history VALUES (${values.join(", ")})`),
  );
}

/** When a recorded statement began, microseconds since 1970. */
export async function statementMoment(state: EngineState, queryId: string): Promise<bigint | null> {
  const sql = `SELECT CAST(max(started) AS VARCHAR) FROM meta.history WHERE query_id = ${quoteText(queryId)}`;
  const started = await withConnection(state.connections, (connection) => readValue(connection, sql));
  return started === null || started === undefined ? null : BigInt(String(started));
}
