import { openSqlEngine } from "../../src/sql/index.ts";

/** Inserts one row after the other and says how many are committed, until it is killed. */
const engine = await openSqlEngine({ dataDir: process.argv[2] ?? "" });
const session = {
  database: "DB",
  schema: "PUBLIC",
  warehouse: null,
  role: null,
  user: "U",
  parameters: new Map<string, string>(),
};
const run = async (sqlText: string, queryId: string) => {
  const request = {
    sqlText,
    binds: {},
    queryId,
    startedAtMicros: BigInt(Date.now()) * 1000n,
    signal: new AbortController().signal,
  };
  await (await engine.execute(session, request))[Symbol.asyncDispose]();
};
await run("CREATE DATABASE DB", "create-database");
await run("CREATE TABLE T (ID INT)", "create-table");
for (let id = 1; ; id += 1) {
  await run(`INSERT INTO T VALUES (${id})`, `insert-${id}`);
  process.send?.(id);
}
