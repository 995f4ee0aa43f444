import { createHash } from "node:crypto";
import { mkdir, readdir, rm } from "node:fs/promises";
import path from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import type { SqlEngine, SqlSession, StatementRequest } from "../engine.ts";
import type { Binder } from "./bind/binder.ts";
import { openCatalog } from "./catalog/catalog.ts";
import { prepareStore, readEntries, readVersions } from "./catalog/store.ts";
import { type EngineClock, openStatementClock, systemClock } from "./clock.ts";
import { planMacros } from "./macros/index.ts";
import { quoteText } from "./quote.ts";
import { openConnections, readValue, withConnection } from "./run/connections.ts";
import { describeCopyInto } from "./run/copy-into.ts";
import { toSqlFailure } from "./run/duckdb-failure.ts";
import { type EngineState, sessionState } from "./run/engine-state.ts";
import { appendHistory, HISTORY_TABLE } from "./run/history.ts";
import { openKeptResults } from "./run/kept-results.ts";
import { forgetExpired } from "./run/retention.ts";
import { readingQuery, runStatement } from "./run/statement.ts";
import type { StatementContext } from "./run/statement-context.ts";
import { STATEMENT_TYPE } from "./run/statement-type.ts";
import { rollback } from "./run/transaction.ts";
import { resolveTravel } from "./run/travel.ts";
import { openWriteLock } from "./run/write-lock.ts";
import { plainTimestampOf } from "./settings.ts";
import { toS3Connection } from "./stage/open-stage.ts";
import type { S3Access } from "./stage/s3-access.ts";
import { parseStatement } from "./syntax/statement.ts";
import type { Statement } from "./syntax/statement-tree.ts";
import { TEXT } from "./types/logical-type.ts";
import { wireColumn } from "./types/wire.ts";
import { UnloadFormat } from "./unload/unload-format.ts";
import { openVersions } from "./versions.ts";
import { informationSchema } from "./virtual/information-schema.ts";
import { queryHistory } from "./virtual/query-history.ts";
import { resultScan } from "./virtual/result-scan.ts";

export interface SqlEngineOptions {
  /** Folder that holds everything: the database, spooled and kept results. Made when it is not there. */
  readonly dataDir: string;
  /** @default the system's clock */
  readonly clock?: EngineClock;
  /** DuckDB's own limit. @default "4GB" */
  readonly memoryLimit?: string;
  /** For stages in S3. @default none: such stages can be made, and not used */
  readonly s3?: S3Access;
  readonly unload?: UnloadFormat;
  /** What results kept for RESULT_SCAN may take together, in bytes. @default 1 GiB */
  readonly keptBytes?: number;
}

export interface LocalSqlEngine extends SqlEngine {
  /** Ends a session: what it left open is rolled back, and its lock is free. */
  endSession(session: SqlSession): Promise<void>;
  /** The open engine's inner state, for loading sample data in bulk. */
  readonly state: EngineState;
}

/** Opens the engine over a data folder. One process at a time: DuckDB locks the file. */
export async function openSqlEngine(options: SqlEngineOptions): Promise<LocalSqlEngine> {
  const state = await openState(options);
  return {
    state,
    describe: async (session, request) => guarded(state, request, () => describe(state, session, request)),
    execute: async (session, request) =>
      guarded(state, request, async () => {
        const { context, statement } = await prepare(state, session, request);
        const executed = await runStatement(statement, context);
        context.own.queryIds.push(request.queryId);
        return executed;
      }),
    recordQuery: (query) => appendHistory(state, query),
    endSession: (session) => rollback(state, sessionState(state, session)),
    [Symbol.asyncDispose]: async () => {
      state.s3?.close();
      state.connections.close();
      state.instance.closeSync();
    },
  };
}

async function guarded<T>(state: EngineState, request: StatementRequest, work: () => Promise<T>): Promise<T> {
  try {
    request.signal.throwIfAborted();
    return await work();
  } catch (error) {
    throw toSqlFailure(error, request.signal);
  } finally {
    await state.kept.release(request.queryId);
  }
}

async function openState({
  dataDir,
  clock = systemClock,
  memoryLimit = "4GB",
  s3,
  unload = UnloadFormat.parse({}),
  keptBytes,
}: SqlEngineOptions): Promise<EngineState> {
  for (const folder of ["spool", "kept", "temporary", "unload"])
    await mkdir(path.join(dataDir, folder), { recursive: true });
  await sweep(dataDir);
  const instance = await DuckDBInstance.create(path.join(dataDir, "snowflake.duckdb"), {
    memory_limit: memoryLimit,
    temp_directory: path.join(dataDir, "temporary"),
    checkpoint_threshold: "256MB",
    enable_external_access: "true",
  });
  const connections = openConnections(instance);
  const { entries, versions } = await withConnection(connections, async (connection) => {
    await prepareStore(connection);
    await connection.run(HISTORY_TABLE);
    await installMacros(connection);
    return { entries: await readEntries(connection), versions: await readVersions(connection) };
  });
  const known = openVersions(versions);
  const state: EngineState = {
    dataDir,
    instance,
    connections,
    catalog: openCatalog(entries),
    versions: known,
    clock: openStatementClock(clock, known.latestStamp()),
    lock: openWriteLock(),
    committing: Promise.resolve(),
    sessions: new WeakMap(),
    kept: await openKeptResults(path.join(dataDir, "kept"), keptBytes),
    s3: s3 === undefined ? null : toS3Connection(s3),
    unloadFormat: unload,
    lastSequence: Number(clock.nowMicros()),
  };
  await forgetExpired(state, clock.nowMicros());
  return state;
}

/** Macros are part of the database; they are made again only when this version's differ. */
async function installMacros(connection: Parameters<typeof readValue>[0]): Promise<void> {
  const macros = planMacros();
  const digest = createHash("sha256").update(macros.join("\n")).digest("hex");
  await connection.run("CREATE TABLE IF NOT EXISTS meta.setting (name VARCHAR, value VARCHAR)");
  if ((await readValue(connection, "SELECT value FROM meta.setting WHERE name = 'macros'")) === digest) return;
  for (const macro of macros) await connection.run(macro);
  await connection.run("DELETE FROM meta.setting WHERE name = 'macros'");
  await connection.run(`INSERT INTO meta.setting VALUES ('macros', ${quoteText(digest)})`);
}

/** Removes what a process that is gone was writing. */
async function sweep(dataDir: string): Promise<void> {
  for (const name of await readdir(path.join(dataDir, "spool")))
    await rm(path.join(dataDir, "spool", name), { force: true });
  for (const name of await readdir(path.join(dataDir, "unload")))
    await rm(path.join(dataDir, "unload", name), { recursive: true, force: true });
}

async function prepare(
  state: EngineState,
  session: SqlSession,
  request: StatementRequest,
): Promise<{ readonly context: StatementContext; readonly statement: Statement }> {
  const statement = parseStatement(request.sqlText, plainTimestampOf(session));
  await state.committing;
  const own = sessionState(state, session);
  const binder = openBinder(state, session, request);
  const versionOf = await resolveTravel(statement, binder, state);
  const place = { dataDir: state.dataDir, queryId: request.queryId, kept: state.kept };
  return { statement, context: { state, session, own, request, binder: { ...binder, versionOf }, place } };
}

function openBinder(state: EngineState, session: SqlSession, request: StatementRequest): Binder {
  const own = sessionState(state, session);
  let aliases = 0;
  return {
    sql: request.sqlText,
    session,
    catalog: state.catalog,
    binds: request.binds,
    nowMicros: state.clock.statement(request.startedAtMicros),
    queryId: request.queryId,
    sessionFacts: { sessionId: own.sessionId, lastQueryIds: own.queryIds, variables: own.variables },
    commonTables: new Map(),
    versionOf: () => 0,
    virtual: {
      informationSchema: (binder, database, name) => informationSchema(binder, state.versions, database, name),
      tableFunction: queryHistory,
      resultScan: (queryId) => resultScan(state.kept.use(queryId, request.queryId), queryId),
    },
    nextAlias: () => {
      aliases += 1;
      return `r${aliases}`;
    },
    viewPath: [],
  };
}

/** Statements without a result of rows are described by their one status or count column. */
async function describe(
  state: EngineState,
  session: SqlSession,
  request: StatementRequest,
): ReturnType<SqlEngine["describe"]> {
  const { context, statement } = await prepare(state, session, request);
  const reading = readingQuery(statement, context);
  if (reading !== null)
    return {
      columns: reading.bound.columns.map((column) => wireColumn(column.name, column)),
      statementTypeId: reading.typeId,
    };
  if (statement.kind === "copyInto")
    return {
      columns: (await describeCopyInto(statement, context)).map((column) => wireColumn(column.name, column)),
      statementTypeId: STATEMENT_TYPE.unload,
    };
  const kind = statement.kind;
  const typeId =
    kind === "insert" || kind === "update" || kind === "delete" || kind === "merge"
      ? STATEMENT_TYPE[kind]
      : STATEMENT_TYPE.ddl;
  return {
    columns: [
      wireColumn(typeId === STATEMENT_TYPE.ddl ? "status" : `number of rows ${kind}d`, { type: TEXT, nullable: true }),
    ],
    statementTypeId: typeId,
  };
}
