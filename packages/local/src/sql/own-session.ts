import type { SqlSession } from "../engine.ts";
import type { LocalSqlEngine } from "./open-engine.ts";

/** Runs statements as the engine's owner does, outside of any client's session; their results are dropped. */
export function openOwnSession(
  engine: LocalSqlEngine,
  { database, schema }: { readonly database: string; readonly schema: string },
): (sqlText: string) => Promise<void> {
  const session: SqlSession = {
    database,
    schema,
    warehouse: null,
    role: "SYSADMIN",
    user: "SNOWMELT",
    parameters: new Map([["TIMEZONE", "UTC"]]),
  };
  let statements = 0;
  return async (sqlText) => {
    statements += 1;
    const { signal } = new AbortController();
    const startedAtMicros = BigInt(Date.now()) * 1000n;
    const executed = await engine.execute(session, {
      sqlText,
      binds: {},
      queryId: `own-${statements}`,
      startedAtMicros,
      signal,
    });
    await executed[Symbol.asyncDispose]();
  };
}
