import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { z } from "zod";
import { type AdminClient, openAdminClient } from "./admin-client.ts";
import type { LocalServerConfig } from "./config.ts";
import type { ConnectionFacts } from "./connection-facts.ts";
import { spawnServer } from "./spawn-server.ts";

/** Whoever waits for the start. */
export interface StartWatch {
  /** Told what start-up is doing, a line at a time. */
  readonly onProgress: (text: string) => void;
  /** Gives the start up; once the server is ready it has no effect. */
  readonly signal: AbortSignal | undefined;
}

export interface StartLocalSnowflakeOptions extends Partial<z.input<typeof LocalServerConfig>>, Partial<StartWatch> {
  /** Serves from this very process: for narrow tests, never for measurements. @default false */
  readonly inProcess?: boolean;
}

/** A running local Snowflake. Disposing stops it and removes a data folder that was not named. */
export interface LocalSnowflake extends AsyncDisposable, ConnectionFacts {
  readonly dataDir: string;
  /** `http://host:port`, the drivers' `accessUrl`. */
  readonly accessUrl: string;
  readonly pid: number;
  readonly admin: AdminClient;
  /** Settles when the server has ended, by whatever cause. */
  readonly ended: Promise<void>;
  /** Stops it in good order; it can be started again over its data folder. */
  stop(): Promise<void>;
  /** Ends its process at once, as a power cut would. In process it is the same as `stop`. */
  kill(): Promise<void>;
}

/** A server that runs somewhere, as far as starting and ending it goes. */
export interface RunningServer {
  readonly facts: ConnectionFacts;
  readonly adminToken: string;
  readonly pid: number;
  readonly ended: Promise<void>;
  stop(): Promise<void>;
  kill(): Promise<void>;
}

/**
 * Starts a local Snowflake, by default in a process of its own that ends with this one, and waits until it serves.
 * @throws LOCAL_CONFIG_INVALID, LOCAL_NOT_LOOPBACK, LOCAL_DATA_IN_USE, LOCAL_PORT_TAKEN, LOCAL_START_FAILED
 */
export async function startLocalSnowflake(options: StartLocalSnowflakeOptions = {}): Promise<LocalSnowflake> {
  const { inProcess = false, onProgress = () => {}, signal, ...rest } = options;
  const dataDir = rest.dataDir ?? (await mkdtemp(join(tmpdir(), "snowmelt-local-")));
  const dropFolder = async () => {
    if (rest.dataDir === undefined) await rm(dataDir, { recursive: true, force: true });
  };
  const config = { ...rest, dataDir };
  const server = await (inProcess ? serveHere(config, onProgress) : spawnServer(config, { onProgress, signal })).catch(
    async (error: unknown) => {
      await dropFolder();
      throw error;
    },
  );
  const { facts, adminToken, pid, ended, stop, kill } = server;
  const accessUrl = `${facts.protocol}://${facts.host}:${facts.port}`;
  return {
    ...facts,
    dataDir,
    accessUrl,
    pid,
    admin: openAdminClient(accessUrl, adminToken),
    ended,
    stop,
    kill,
    async [Symbol.asyncDispose]() {
      await stop();
      await dropFolder();
    },
  };
}

async function serveHere(
  config: z.input<typeof LocalServerConfig>,
  onProgress: (text: string) => void,
): Promise<RunningServer> {
  // Loaded here alone: whoever starts the server as a process of its own needs no database engine in theirs.
  const { openLocalServer } = await import("./local-server.ts");
  const { openDuckEngine } = await import("./duck-engine.ts");
  const server = await openLocalServer(config, { openEngine: openDuckEngine(onProgress) });
  const ended = Promise.withResolvers<void>();
  let stopping: Promise<void> | undefined;
  const stopOnce = async () => {
    await server[Symbol.asyncDispose]();
    ended.resolve();
  };
  const stop = async () => {
    stopping ??= stopOnce();
    await stopping;
  };
  return {
    facts: server.facts,
    adminToken: server.adminToken,
    pid: process.pid,
    ended: ended.promise,
    stop,
    kill: stop,
  };
}
