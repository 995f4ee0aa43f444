import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type AdminClient, openAdminClient } from "../../src/server/admin-client.ts";
import type { ConnectionFacts } from "../../src/server/connection-facts.ts";
import { openLocalServer } from "../../src/server/local-server.ts";
import { type MemoryEngine, openMemoryEngine } from "./memory-engine.ts";

type Options = Partial<Parameters<typeof openLocalServer>[0]>;

export interface MemoryServer extends AsyncDisposable {
  readonly facts: ConnectionFacts;
  readonly origin: string;
  readonly adminToken: string;
  readonly admin: AdminClient;
  readonly engine: MemoryEngine;
  readonly dataDir: string;
  /** Stops it and opens another over the same folder and port. */
  restart(changes?: Options): Promise<MemoryServer>;
}

/** The server in this process over the engine in memory. */
export async function startMemoryServer(options: Options = {}): Promise<MemoryServer> {
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), "snowmelt-test-")));
  const engine = openMemoryEngine();
  const server = await openLocalServer({ ...options, dataDir }, { openEngine: async () => engine });
  const { facts, adminToken } = server;
  const origin = `http://${facts.host}:${facts.port}`;
  return {
    facts,
    origin,
    adminToken,
    admin: openAdminClient(origin, adminToken),
    engine,
    dataDir,
    async restart(changes) {
      await server[Symbol.asyncDispose]();
      return startMemoryServer({ ...options, ...changes, dataDir, port: facts.port });
    },
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
