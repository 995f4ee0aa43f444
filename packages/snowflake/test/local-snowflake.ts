import { memorySecrets, secretRef } from "@snowmelt/core/ports";
import { type LocalSnowflake, type StartLocalSnowflakeOptions, startLocalSnowflake } from "@snowmelt/local";
import {
  type OpenSnowflakeOptions,
  openSnowflake,
  quotePath,
  type SnowflakeConfigInput,
  type SnowflakeSession,
  type SubmitOptions,
} from "../src/index.ts";

/** Results cut small, so that a few thousand rows are many chunks. */
export const smallChunks = { inlineRows: 100, inlineBytes: 10_000, firstChunkBytes: 20_000, maxChunkBytes: 80_000 };

/** A server with an empty schema to work in. */
export async function startSnowflake(options: StartLocalSnowflakeOptions = {}): Promise<LocalSnowflake> {
  const server = await startLocalSnowflake({ results: smallChunks, ...options });
  await using session = await openSession(server);
  await session.query(`CREATE DATABASE IF NOT EXISTS ${quotePath(server.database)}`);
  await session.query(`CREATE SCHEMA IF NOT EXISTS ${quotePath(server.database, server.schema)}`);
  return server;
}

/** How to log in to it as its default user. */
export function configFor(server: LocalSnowflake, changes: Partial<SnowflakeConfigInput> = {}): SnowflakeConfigInput {
  const { account, host, port, protocol, user, database, schema, warehouse } = server;
  return {
    account,
    host,
    port,
    protocol,
    username: user,
    auth: { kind: "password", password: secretRef("env:SNOWFLAKE_PASSWORD") },
    database,
    schema,
    warehouse,
    ...changes,
  };
}

export function openSession(
  server: LocalSnowflake,
  changes: Partial<SnowflakeConfigInput> = {},
  options: Partial<OpenSnowflakeOptions> = {},
): Promise<SnowflakeSession> {
  const secrets = memorySecrets({ "env:SNOWFLAKE_PASSWORD": server.password });
  return openSnowflake(configFor(server, changes), { secrets, ...options });
}

/** Submits a statement and waits for it. */
export async function runQuery(
  session: SnowflakeSession,
  sql: string,
  options: Partial<SubmitOptions> = {},
): Promise<string> {
  const queryId = await session.submit(sql, { requestId: crypto.randomUUID(), ...options });
  await session.awaitQuery(queryId);
  return queryId;
}
