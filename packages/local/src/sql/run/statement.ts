import type { ExecutedStatement } from "../../engine.ts";
import type { BoundQuery } from "../bind/binder.ts";
import { bindQuery } from "../bind/query.ts";
import { quoteText } from "../quote.ts";
import type { Statement } from "../syntax/statement-tree.ts";
import { TEXT } from "../types/logical-type.ts";
import { describeRelation } from "../virtual/describe.ts";
import { describeIntegration, describeStage } from "../virtual/describe-stage.ts";
import { showRelation } from "../virtual/show.ts";
import { runAlterTable } from "./alter-table.ts";
import { interruptible, withConnection } from "./connections.ts";
import { runCopyInto } from "./copy-into.ts";
import { runCreateTable } from "./create-table.ts";
import { runAlterOther, runCreateContainer, runCreateView, runDrop } from "./ddl.ts";
import { clearTable, runDelete, runUpdate, writableTable } from "./dml.ts";
import { runInsert } from "./insert.ts";
import { runAlterIntegration, runCreateIntegration, runDropIntegration } from "./integration.ts";
import { runMerge } from "./merge.ts";
import { spoolQuery, statusResult } from "./result.ts";
import { runAlterSession, runSetVariable, runTransaction, runUse, runWait } from "./session-statement.ts";
import { runAlterStage, runCreateStage, runDropStage } from "./stage.ts";
import { runGetFiles, runListFiles, runRemoveFiles } from "./staged-file.ts";
import type { StatementContext, WriteContext } from "./statement-context.ts";
import { STATEMENT_TYPE } from "./statement-type.ts";
import { runDdl, runDml, type Written } from "./transaction.ts";

/** A statement that only reads, as a query with the type it has on the wire; null for all others. */
export function readingQuery(
  statement: Statement,
  context: StatementContext,
): { readonly bound: BoundQuery; readonly typeId: number } | null {
  switch (statement.kind) {
    case "query":
      return { bound: bindQuery(statement.query, null, context.binder), typeId: STATEMENT_TYPE.select };
    case "show":
      return { bound: showRelation(statement, context.binder, context.state.versions), typeId: STATEMENT_TYPE.show };
    case "describe":
      return { bound: describeRelation(statement.path, context.binder), typeId: STATEMENT_TYPE.describe };
    case "describeStage":
      return { bound: describeStage(statement.path, context.binder), typeId: STATEMENT_TYPE.describe };
    case "describeIntegration":
      return { bound: describeIntegration(statement.name, context.binder), typeId: STATEMENT_TYPE.describe };
    case "explain":
      return { bound: explained(bindQuery(statement.query, null, context.binder)), typeId: STATEMENT_TYPE.explain };
    default:
      return null;
  }
}

/** EXPLAIN says what the engine would run; its operators are not Snowflake's. */
function explained(bound: BoundQuery): BoundQuery {
  return {
    sql: `SELECT 'Result' AS c1, ${quoteText(bound.sql)} AS c2`,
    columns: ["operation", "expressions"].map((name) => ({ name, type: TEXT, nullable: true })),
  };
}

export async function runStatement(statement: Statement, context: StatementContext): Promise<ExecutedStatement> {
  const reading = readingQuery(statement, context);
  if (reading !== null) return runReading(reading.bound, reading.typeId, context);
  switch (statement.kind) {
    case "insert":
      return runDml(context, (write) => runInsert(statement, write));
    case "update":
      return runDml(context, (write) => runUpdate(statement, write));
    case "delete":
      return runDml(context, (write) => runDelete(statement, write));
    case "merge":
      return runDml(context, (write) => runMerge(statement, write));
    case "truncate":
      return runDml(context, (write) => runTruncate(statement, write));
    case "createTable":
      return runDdl(context, (write) => runCreateTable(statement, write));
    case "createView":
      return runDdl(context, (write) => runCreateView(statement, write));
    case "createContainer":
      return runDdl(context, (write) => runCreateContainer(statement, write));
    case "alterTable":
      return runDdl(context, (write) => runAlterTable(statement, write));
    case "alterOther":
      return runDdl(context, (write) => runAlterOther(statement, write));
    case "drop":
      return runDdl(context, (write) => runDrop(statement, write));
    case "createStage":
      return runDdl(context, (write) => runCreateStage(statement, write));
    case "alterStage":
      return runDdl(context, (write) => runAlterStage(statement, write));
    case "dropStage":
      return runDdl(context, (write) => runDropStage(statement, write));
    case "createIntegration":
      return runDdl(context, (write) => runCreateIntegration(statement, write));
    case "alterIntegration":
      return runDdl(context, (write) => runAlterIntegration(statement, write));
    case "dropIntegration":
      return runDdl(context, (write) => runDropIntegration(statement, write));
    case "copyInto":
      return runCopyInto(statement, context);
    case "listFiles":
      return runListFiles(statement, context);
    case "removeFiles":
      return runRemoveFiles(statement, context);
    case "getFiles":
      return runGetFiles(statement, context);
    case "use":
      return runUse(statement, context);
    case "alterSession":
      return runAlterSession(statement, context);
    case "setVariable":
      return runSetVariable(statement, context);
    case "unsetVariable":
      context.own.variables.delete(statement.name);
      return statusResult("Statement executed successfully.", context.place, STATEMENT_TYPE.alterSession);
    case "begin":
    case "commit":
    case "rollback":
      return runTransaction(statement.kind, context);
    case "wait":
      return runWait(statement.seconds, context);
    case "query":
    case "show":
    case "describe":
    case "describeStage":
    case "describeIntegration":
    case "explain":
      throw new RangeError(`${statement.kind} is run as a query`);
    default:
      return statement satisfies never;
  }
}

/** Inside a transaction a query sees what the transaction wrote. */
function runReading(bound: BoundQuery, typeId: number, context: StatementContext): Promise<ExecutedStatement> {
  const { transaction } = context.own;
  const { signal } = context.request;
  if (transaction !== null)
    return interruptible(transaction.connection, signal, () =>
      spoolQuery(transaction.connection, bound, context.place, typeId),
    );
  return withConnection(context.state.connections, (connection) =>
    interruptible(connection, signal, () => spoolQuery(connection, bound, context.place, typeId)),
  );
}

async function runTruncate(
  statement: Extract<Statement, { kind: "truncate" }>,
  context: WriteContext,
): Promise<Written<ExecutedStatement>> {
  const result = await statusResult("Statement executed successfully.", context.place, STATEMENT_TYPE.ddl);
  if (statement.ifExists && context.state.catalog.find(context.session, statement.path) === null)
    return { tables: [], changes: [], result };
  const table = writableTable(context, statement.path);
  await clearTable(table, context);
  return { tables: [table.id], changes: [], result };
}
