import { memorySecrets, secretRef } from "@snowmelt/core/ports";
import type { LocalSnowflake } from "@snowmelt/local";
import { openSnowflake } from "@snowmelt/snowflake";

/** The source, asked in ordinary SQL. */
export interface SourceSql {
  rows(sql: string): Promise<(string | null)[][]>;
  /** Rows that a statement changed. */
  change(sql: string): Promise<number>;
}

/** Asks the source in a session of its own, which ends with `ask`. */
export async function withSource<T>(server: LocalSnowflake, ask: (source: SourceSql) => Promise<T>): Promise<T> {
  const { account, host, port, protocol, user: username, password, warehouse, database, schema } = server;
  const config = { account, host, port, protocol, username, warehouse, database, schema };
  const auth = { kind: "password", password: secretRef("quickstart:password") } as const;
  const secrets = memorySecrets({ "quickstart:password": password });
  await using session = await openSnowflake({ ...config, auth }, { secrets });
  const rows = async (sql: string) => (await session.query(sql)).rows.map((row) => [...row]);
  return await ask({
    rows,
    change: async (sql) => (await rows(sql))[0]?.reduce((sum, count) => sum + Number(count), 0) ?? 0,
  });
}
