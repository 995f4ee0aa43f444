import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect } from "vitest";
import type { Bind, SqlSession, WireColumn } from "../../src/engine.ts";
import { SqlFailure } from "../../src/engine.ts";
import { type LocalSqlEngine, openSqlEngine, type SqlEngineOptions } from "../../src/sql/index.ts";

export interface Answer {
  readonly columns: readonly WireColumn[];
  readonly rows: readonly (readonly (string | null)[])[];
  readonly rowCount: number;
  readonly statementTypeId: number;
  readonly queryId: string;
}

/** An engine over a folder of its own, with one session and short ways to ask it. */
export interface TestEngine extends AsyncDisposable {
  readonly engine: LocalSqlEngine;
  readonly session: SqlSession;
  readonly dataDir: string;
  ask(sql: string, options?: AskOptions): Promise<Answer>;
  /** The rows of a query, as wire cells. */
  rows(sql: string, options?: AskOptions): Promise<Answer["rows"]>;
  /** The single cell of a query. */
  cell(sql: string, options?: AskOptions): Promise<string | null>;
  failure(sql: string, options?: AskOptions): Promise<SqlFailure>;
  run(...statements: readonly string[]): Promise<void>;
}

export interface AskOptions {
  readonly binds?: Readonly<Record<string, Bind>>;
  readonly session?: SqlSession;
  readonly signal?: AbortSignal;
}

export function openSession(database: string | null = "DB", schema: string | null = "PUBLIC"): SqlSession {
  return { database, schema, warehouse: "WH", role: "SYSADMIN", user: "TESTER", parameters: new Map() };
}

export async function openTestEngine(
  options: Partial<Pick<SqlEngineOptions, "dataDir" | "clock" | "unload" | "keptBytes">> = {},
): Promise<TestEngine> {
  const dataDir = options.dataDir ?? (await mkdtemp(path.join(tmpdir(), "snowmelt-sql-")));
  const engine = await openSqlEngine({ ...options, dataDir });
  const session = openSession(null, null);
  let asked = 0;
  const ask = async (
    sql: string,
    { binds = {}, session: own = session, signal = new AbortController().signal }: AskOptions = {},
  ): Promise<Answer> => {
    asked += 1;
    const queryId = `query-${asked}`;
    const startedAtMicros = options.clock?.nowMicros() ?? BigInt(Date.now()) * 1000n;
    await using executed = await engine.execute(own, { sqlText: sql, binds, queryId, startedAtMicros, signal });
    const file = path.join(dataDir, `${queryId}.answer`);
    await executed.writeJsonRows(file);
    const text = await readFile(file, "utf8");
    await rm(file);
    const rows = JSON.parse(`[${text.trimEnd().replace(/,$/, "")}]`) as Answer["rows"];
    expect(rows.length).toBe(executed.rowCount);
    return {
      columns: executed.columns,
      rows,
      rowCount: executed.rowCount,
      statementTypeId: executed.statementTypeId,
      queryId,
    };
  };
  const self: TestEngine = {
    engine,
    session,
    dataDir,
    ask,
    rows: async (sql, own) => (await ask(sql, own)).rows,
    cell: async (sql, own) => (await ask(sql, own)).rows[0]?.[0] ?? null,
    failure: async (sql, own) => {
      const outcome = await ask(sql, own).catch((error: unknown) => error);
      expect(outcome, sql).toBeInstanceOf(SqlFailure);
      return outcome as SqlFailure;
    },
    run: async (...statements) => {
      for (const statement of statements) await ask(statement);
    },
    [Symbol.asyncDispose]: async () => {
      await engine[Symbol.asyncDispose]();
      if (options.dataDir === undefined) await rm(dataDir, { recursive: true, force: true });
    },
  };
  if (!engine.state.catalog.hasDatabase("DB")) await self.run("CREATE DATABASE DB");
  session.database = "DB";
  session.schema = "PUBLIC";
  return self;
}
