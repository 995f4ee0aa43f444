import type { ExecutedStatement } from "../../engine.ts";
import { bindExpression } from "../bind/expression.ts";
import { bindValue } from "../bind/parameter.ts";
import { openScope } from "../bind/scope.ts";
import { compilationError, noCurrentDatabase, statementCancelled, unknownObject } from "../failures.ts";
import { printPath } from "../quote.ts";
import type { Statement } from "../syntax/statement-tree.ts";
import { TEXT } from "../types/logical-type.ts";
import { nullOf, type Typed, typed } from "../types/typed.ts";
import { wireCell } from "../types/wire.ts";
import { readValue, withConnection } from "./connections.ts";
import { literalResult, statusResult } from "./result.ts";
import type { StatementContext } from "./statement-context.ts";
import { STATEMENT_TYPE } from "./statement-type.ts";
import { begin, commit, rollback } from "./transaction.ts";

const SUCCESS = "Statement executed successfully.";

export async function runUse(
  statement: Extract<Statement, { kind: "use" }>,
  context: StatementContext,
): Promise<ExecutedStatement> {
  const { session } = context;
  if (statement.object === "WAREHOUSE") session.warehouse = statement.path.at(-1) ?? null;
  else if (statement.object === "ROLE") session.role = statement.path.at(-1) ?? null;
  else if (statement.object === "DATABASE") useDatabase(statement.path.at(-1) ?? "", context);
  else if (statement.object === "SCHEMA") useSchema(statement.path, context);
  return statusResult(SUCCESS, context.place, STATEMENT_TYPE.use);
}

function useDatabase(database: string, { session, state }: StatementContext): void {
  if (!state.catalog.hasDatabase(database))
    throw unknownObject(printPath([database]), `Database '${printPath([database])}'`);
  session.database = database;
  session.schema = state.catalog.hasSchema(database, "PUBLIC") ? "PUBLIC" : null;
}

function useSchema(path: readonly string[], { session, state }: StatementContext): void {
  const database = path.length > 1 ? (path[0] ?? "") : session.database;
  if (database === null) throw noCurrentDatabase();
  const schema = path.at(-1) ?? "";
  const known =
    schema === "INFORMATION_SCHEMA" ? state.catalog.hasDatabase(database) : state.catalog.hasSchema(database, schema);
  if (!known) throw unknownObject(printPath([database, schema]), `Schema '${printPath([database, schema])}'`);
  session.database = database;
  session.schema = schema;
}

export async function runAlterSession(
  statement: Extract<Statement, { kind: "alterSession" }>,
  context: StatementContext,
): Promise<ExecutedStatement> {
  const { parameters } = context.session;
  for (const { name, value } of statement.set) {
    if (name === "TIMEZONE") await requireZone(value, context);
    if (name === "AUTOCOMMIT" && value.toLowerCase() === "true") await commit(context.state, context.own);
    parameters.set(name, value);
  }
  for (const name of statement.unset) parameters.delete(name);
  return statusResult(SUCCESS, context.place, STATEMENT_TYPE.alterSession);
}

async function requireZone(zone: string, context: StatementContext): Promise<void> {
  const known = await withConnection(context.state.connections, (connection) =>
    readValue(connection, `SELECT count(*) FROM pg_timezone_names() WHERE name = '${zone.replaceAll("'", "''")}'`),
  );
  if (Number(known) === 0)
    throw compilationError(`invalid value [${zone}] for parameter 'TIMEZONE'`, "001008", "22023");
}

/** Variables hold a value, not an expression. */
export async function runSetVariable(
  statement: Extract<Statement, { kind: "setVariable" }>,
  context: StatementContext,
): Promise<ExecutedStatement> {
  const value = bindExpression(statement.value, openScope(null), context.binder);
  const cell = await withConnection(context.state.connections, (connection) =>
    readValue(connection, `SELECT ${wireCell(value.sql, value.type)}`),
  );
  context.own.variables.set(statement.name, variable(value, cell === null || cell === undefined ? null : String(cell)));
  return statusResult(SUCCESS, context.place, STATEMENT_TYPE.alterSession);
}

function variable(value: Typed, cell: string | null): Typed {
  if (cell === null) return nullOf(value.type);
  if (value.type.kind === "text") return bindValue("TEXT", cell);
  if (value.type.kind === "number") return bindValue("FIXED", cell);
  return typed(value.sql, value.type, false);
}

export async function runTransaction(
  kind: "begin" | "commit" | "rollback",
  context: StatementContext,
): Promise<ExecutedStatement> {
  const { state, own } = context;
  if (kind === "begin") await begin(state, own);
  else if (kind === "commit") await commit(state, own);
  else await rollback(state, own);
  return statusResult(SUCCESS, context.place, STATEMENT_TYPE.transaction);
}

/** SYSTEM$WAIT, which an abort ends. */
export async function runWait(seconds: number, context: StatementContext): Promise<ExecutedStatement> {
  const { signal } = context.request;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, seconds * 1000);
  const abort = () => reject(statementCancelled());
  signal.addEventListener("abort", abort, { once: true });
  try {
    await promise;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", abort);
  }
  return literalResult(
    [{ name: `SYSTEM$WAIT(${seconds})`, type: TEXT, nullable: true }],
    [[`waited ${seconds} seconds`]],
    context.place,
    STATEMENT_TYPE.select,
  );
}
