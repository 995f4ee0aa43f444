import { randomUUID } from "node:crypto";
import { z } from "zod";
import type { QueryRecord } from "../engine.ts";
import type { Submission } from "./query-runner.ts";
import { type Failure, INTERRUPTED } from "./wire-failure.ts";

const Where = z.object({
  database: z.string().nullable(),
  schema: z.string().nullable(),
  warehouse: z.string().nullable(),
  role: z.string().nullable(),
});

/** A query as it is kept on disk: enough to answer for it after a restart. */
export const QueryState = z.object({
  queryId: z.string(),
  requestId: z.string(),
  sessionId: z.string(),
  user: z.string(),
  sqlText: z.string(),
  queryTag: z.string(),
  status: z.enum(["RUNNING", "ABORTING", "SUCCESS", "FAILED_WITH_ERROR", "ABORTED"]),
  startedAtMicros: z.string(),
  endedAtMicros: z.string().nullable(),
  rowCount: z.number().nullable(),
  failure: z.object({ code: z.string(), sqlState: z.string(), message: z.string() }).nullable(),
  /** Where the session was when the query began, and where it stood when the query ended. */
  began: Where,
  ended: Where,
  /** Parameters in force, of the session and of the statement. */
  parameters: z.record(z.string(), z.string()),
});
export type QueryState = z.infer<typeof QueryState>;

/** A query that has just been asked for. */
export function toNewState(
  requestId: string,
  { session, sqlText, parameters }: Submission,
  nowMicros: bigint,
): QueryState {
  const inForce = new Map([...session.sql.parameters, ...parameters]);
  const { user, database, schema, warehouse, role } = session.sql;
  const where = { database, schema, warehouse, role };
  return {
    queryId: randomUUID(),
    requestId,
    sessionId: session.id,
    user,
    sqlText,
    queryTag: inForce.get("QUERY_TAG") ?? "",
    status: "RUNNING",
    startedAtMicros: String(nowMicros),
    endedAtMicros: null,
    rowCount: null,
    failure: null,
    began: where,
    ended: where,
    parameters: Object.fromEntries(inForce),
  };
}

export function isRunning(state: QueryState): boolean {
  return state.status === "RUNNING" || state.status === "ABORTING";
}

/** What a server that starts makes of a query it finds unfinished. */
export function toInterrupted(state: QueryState, nowMicros: bigint): QueryState {
  return toFailed(state, INTERRUPTED, nowMicros);
}

export function toFailed(state: QueryState, failure: Failure, nowMicros: bigint): QueryState {
  const status = failure.code === "000604" ? "ABORTED" : "FAILED_WITH_ERROR";
  return { ...state, status, failure, endedAtMicros: String(nowMicros) };
}

/** The query for the history. */
export function toQueryRecord(state: QueryState): QueryRecord {
  const { database, schema, warehouse, role } = state.began;
  return {
    queryId: state.queryId,
    sqlText: state.sqlText,
    queryTag: state.queryTag,
    user: state.user,
    sessionId: state.sessionId,
    database,
    schema,
    warehouse,
    role,
    status: state.status === "ABORTING" ? "RUNNING" : state.status,
    startedAtMicros: BigInt(state.startedAtMicros),
    endedAtMicros: state.endedAtMicros === null ? null : BigInt(state.endedAtMicros),
    rowsProduced: state.rowCount,
    errorCode: state.failure?.code ?? null,
    errorMessage: state.failure?.message ?? null,
  };
}
