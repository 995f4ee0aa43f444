import { mkdir } from "node:fs/promises";
import type { Server } from "node:http";
import { isLoopback } from "@snowmelt/core/network";
import { z } from "zod";
import { openUserStore } from "../users/user-store.ts";
import { withUsers } from "../users/with-users.ts";
import { openChunkUrls } from "./chunk-url.ts";
import { openServerClock, type ServerClock } from "./clock.ts";
import { type Closers, openClosers } from "./closers.ts";
import { DEFAULT_USER, LocalServerConfig, LocalUser } from "./config.ts";
import type { ConnectionFacts } from "./connection-facts.ts";
import { lockDataFolder } from "./data-lock.ts";
import { openFaultBox } from "./faults.ts";
import { createHttpServer } from "./http-server.ts";
import { localError } from "./local-error.ts";
import { openQueryRegistry, type QueryRegistry } from "./query-registry.ts";
import { openResultStore } from "./result-store.ts";
import type { ServerEngine } from "./server-engine.ts";
import { loadServerIdentity, type ServerIdentity } from "./server-identity.ts";
import { openSessionStore, type SessionStore } from "./sessions.ts";
import { openStatsCounter } from "./stats.ts";
import { openTokenSigner } from "./tokens.ts";

export interface LocalServer extends AsyncDisposable {
  readonly facts: ConnectionFacts;
  readonly adminToken: string;
}

/** The parts the server is composed of beside its own. */
export interface LocalServerParts {
  /** Opens SQL over the data folder, ready to serve; loads the sample when the configuration asks for it. */
  readonly openEngine: (config: LocalServerConfig, clock: ServerClock) => Promise<ServerEngine>;
}

const SWEEP_EVERY_MS = 600_000;

/**
 * Opens the server in this process: takes the data folder, opens the engine, listens. Disposing stops it: what runs is
 * ended as by a restart, and the folder is free again.
 * @throws LOCAL_CONFIG_INVALID, LOCAL_NOT_LOOPBACK, LOCAL_DATA_IN_USE, LOCAL_DATA_UNREADABLE, LOCAL_PORT_TAKEN
 */
export async function openLocalServer(
  options: z.input<typeof LocalServerConfig>,
  parts: LocalServerParts,
): Promise<LocalServer> {
  const parsed = parseConfig(options);
  const closers = openClosers();
  try {
    return await openParts(parsed, parts, closers);
  } catch (error) {
    await closers[Symbol.asyncDispose]();
    throw error;
  }
}

async function openParts(parsed: LocalServerConfig, parts: LocalServerParts, closers: Closers): Promise<LocalServer> {
  closers.use(await openFolder(parsed.dataDir));
  const identity = await loadServerIdentity(parsed.dataDir);
  const config = withDefaultUser(parsed, identity);
  const clock = openServerClock(config.clockOffsetMs);
  const users = await openUserStore(config.dataDir, config.users);
  const engine = withUsers(closers.use(await parts.openEngine(config, clock)), users);
  const sessions = await openSessionStore(config.dataDir, clock);
  const results = await openResultStore(config.dataDir);
  const faults = openFaultBox();
  const queries = closers.use(await openQueryRegistry({ engine, results, sessions, faults, clock, config }));
  closers.use(startSweeping({ queries, sessions, engine }));

  const server = createHttpServer({
    config,
    adminToken: identity.adminToken,
    clock,
    signer: openTokenSigner(identity.signingKey, clock),
    urls: openChunkUrls(identity.signingKey, clock, config.lifetimes.chunkUrlSeconds),
    sessions,
    engine,
    queries,
    results,
    faults,
    stats: openStatsCounter(),
    users,
  });
  const port = await listen(server, config);
  return {
    facts: toFacts(config, port),
    adminToken: identity.adminToken,
    async [Symbol.asyncDispose]() {
      await Promise.all([stopListening(server), closers[Symbol.asyncDispose]()]);
    },
  };
}

interface Swept {
  readonly queries: QueryRegistry;
  readonly sessions: SessionStore;
  readonly engine: ServerEngine;
}

/** Forgets results and sessions whose time is over, now and every few minutes. */
function startSweeping({ queries, sessions, engine }: Swept): AsyncDisposable {
  const sweepAll = async () => {
    await queries.sweep();
    for (const { id } of sessions.listEnded()) {
      await sessions.remove(id);
      await engine.endSession(id);
    }
  };
  const sweep = () => sweepAll().catch((error: unknown) => console.error("snowmelt local: sweeping failed:", error));
  const timer = setInterval(sweep, SWEEP_EVERY_MS).unref();
  const first = sweep();
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await first;
    },
  };
}

function parseConfig(options: z.input<typeof LocalServerConfig>): LocalServerConfig {
  const result = LocalServerConfig.safeParse(options);
  if (!result.success) throw localError("LOCAL_CONFIG_INVALID", z.prettifyError(result.error));
  const { host } = result.data;
  if (isLoopback(host)) return result.data;
  throw localError(
    "LOCAL_NOT_LOOPBACK",
    `The local Snowflake speaks plain http and cannot listen on ${host}; use a loopback address such as 127.0.0.1.`,
  );
}

/** Puts the default user first, with the folder's own password unless the caller gave one. */
function withDefaultUser(config: LocalServerConfig, identity: ServerIdentity): LocalServerConfig {
  const named = config.users.find(({ name }) => name.toUpperCase() === DEFAULT_USER);
  const user = named ?? LocalUser.parse({ name: DEFAULT_USER, defaultRole: "ACCOUNTADMIN" });
  const others = config.users.filter((other) => other !== named);
  return { ...config, users: [{ ...user, password: user.password ?? identity.password }, ...others] };
}

async function openFolder(dataDir: string): Promise<AsyncDisposable> {
  try {
    await mkdir(dataDir, { recursive: true });
  } catch (cause) {
    throw localError("LOCAL_DATA_UNREADABLE", `The data folder ${dataDir} cannot be made.`, { cause });
  }
  return lockDataFolder(dataDir);
}

async function listen(server: Server, { host, port }: LocalServerConfig): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject);
  server.listen(port, host, resolve);
  try {
    await promise;
  } catch (cause) {
    throw localError(
      "LOCAL_PORT_TAKEN",
      `The local Snowflake cannot listen on ${host}:${port}: another program does. Stop that, or take a free port with --port 0.`,
      { cause },
    );
  }
  server.removeListener("error", reject);
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : port;
}

/** Stops taking requests; answers that are under way get a moment, what hangs is cut. */
async function stopListening(server: Server): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  server.close(() => resolve());
  const cut = setTimeout(() => server.closeAllConnections(), 1000);
  await promise;
  clearTimeout(cut);
}

function toFacts(config: LocalServerConfig, port: number): ConnectionFacts {
  const { host, account, database, schema, warehouse } = config;
  return {
    host,
    port,
    protocol: "http",
    account,
    user: DEFAULT_USER,
    password: config.users[0]?.password ?? "",
    database,
    schema,
    warehouse,
  };
}
