import { memorySecrets, secretRef } from "@snowmelt/core/ports";
import type { LocalSnowflake } from "@snowmelt/local";
import { openSnowflake } from "@snowmelt/snowflake";

/** The source, asked in ordinary SQL. */
export interface SourceSql extends AsyncDisposable {
  rows(sql: string): Promise<(string | null)[][]>;
  /** Rows that a statement changed. */
  change(sql: string): Promise<number>;
}

export async function openSource(server: LocalSnowflake): Promise<SourceSql> {
  const { account, host, port, protocol, user: username, password, warehouse, database, schema } = server;
  const config = { account, host, port, protocol, username, warehouse, database, schema };
  const auth = { kind: "password", password: secretRef("quickstart:password") } as const;
  const secrets = memorySecrets({ "quickstart:password": password });
  const session = await openSnowflake({ ...config, auth }, { secrets });
  const rows = async (sql: string) => (await session.query(sql)).rows.map((row) => [...row]);
  return {
    rows,
    change: async (sql) => (await rows(sql))[0]?.reduce((sum, count) => sum + Number(count), 0) ?? 0,
    [Symbol.asyncDispose]: () => session.close(),
  };
}
