import type { DuckDBConnection } from "@duckdb/node-api";
import type { CatalogChange } from "../catalog/catalog.ts";
import { planCatalogChanges, planVersion, type StoredVersion } from "../catalog/store.ts";
import { parameterOf } from "../settings.ts";
import { interruptible } from "./connections.ts";
import type { EngineState, OpenTransaction, SessionState } from "./engine-state.ts";
import type { StatementContext, WriteContext } from "./statement-context.ts";

/** What a write did: the tables it touched, the catalog changes it needs, and its answer. */
export interface Written<T> {
  readonly tables: readonly number[];
  readonly changes: readonly CatalogChange[];
  readonly result: T;
}

/** Runs DML: in the session's open transaction if there is one, else in one of its own that is committed at once. */
export async function runDml<T>(
  context: StatementContext,
  work: (write: WriteContext) => Promise<Written<T>>,
): Promise<T> {
  const { state, own, session, request } = context;
  if (own.transaction === null && parameterOf(session, "AUTOCOMMIT").toLowerCase() === "false") await begin(state, own);
  const { transaction } = own;
  if (transaction === null) return runAlone(context, work);
  transaction.release ??= await state.lock.acquire(request.signal);
  const version = state.versions.next();
  const { connection } = transaction;
  const written = await interruptible(connection, request.signal, () =>
    work({ ...context, connection, version }),
  ).catch(async (error: unknown) => {
    // DuckDB aborts a whole transaction on an error; Snowflake keeps it, so an open one cannot go on here.
    await rollback(state, own);
    throw error;
  });
  if (written.tables.length > 0)
    transaction.versions.push({ version, queryId: request.queryId, tables: written.tables });
  return written.result;
}

/** Runs DDL: it commits what the session has open, then itself. */
export async function runDdl<T>(
  context: StatementContext,
  work: (write: WriteContext) => Promise<Written<T>>,
): Promise<T> {
  await commit(context.state, context.own);
  return runAlone(context, work);
}

async function runAlone<T>(context: StatementContext, work: (write: WriteContext) => Promise<Written<T>>): Promise<T> {
  const { state, request } = context;
  const release = await state.lock.acquire(request.signal);
  const connection = await state.connections.lend();
  try {
    await connection.run("BEGIN TRANSACTION");
    const version = state.versions.next();
    const written = await interruptible(connection, request.signal, () => work({ ...context, connection, version }));
    const versions = written.tables.length === 0 ? [] : [{ version, queryId: request.queryId, tables: written.tables }];
    await land(state, connection, versions, written.changes);
    return written.result;
  } catch (error) {
    await connection.run("ROLLBACK").catch(() => undefined);
    throw error;
  } finally {
    state.connections.takeBack(connection);
    release();
  }
}

export async function begin(state: EngineState, own: SessionState): Promise<void> {
  if (own.transaction !== null) return;
  const connection = await state.connections.lend();
  await connection.run("BEGIN TRANSACTION");
  own.transaction = { connection, release: null, versions: [] };
}

export async function commit(state: EngineState, own: SessionState): Promise<void> {
  const { transaction } = own;
  if (transaction === null) return;
  own.transaction = null;
  try {
    await land(state, transaction.connection, transaction.versions, []);
  } finally {
    end(state, transaction);
  }
}

export async function rollback(state: EngineState, own: SessionState): Promise<void> {
  const { transaction } = own;
  if (transaction === null) return;
  own.transaction = null;
  await transaction.connection.run("ROLLBACK").catch(() => undefined);
  end(state, transaction);
}

function end(state: EngineState, transaction: OpenTransaction): void {
  state.connections.takeBack(transaction.connection);
  transaction.release?.();
}

/** Commits with one moment for all versions. From the moment on until it has landed, new statements wait. */
async function land(
  state: EngineState,
  connection: DuckDBConnection,
  versions: readonly Omit<StoredVersion, "stampMicros">[],
  changes: readonly CatalogChange[],
): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  state.committing = promise;
  try {
    const stampMicros = versions.length === 0 ? 0n : state.clock.commit();
    const stamped = versions.map((version) => ({ ...version, stampMicros }));
    for (const statement of [...planCatalogChanges(changes), ...stamped.map(planVersion)])
      await connection.run(statement);
    await connection.run("COMMIT");
    state.versions.add(stamped);
    state.catalog.apply(changes);
  } finally {
    resolve();
  }
}
