import type { UserStore } from "../users/user-store.ts";
import type { ChunkUrls } from "./chunk-url.ts";
import type { ServerClock } from "./clock.ts";
import type { LocalServerConfig } from "./config.ts";
import type { FaultBox } from "./faults.ts";
import type { QueryRegistry } from "./query-registry.ts";
import type { ResultStore } from "./result-store.ts";
import type { ServerEngine } from "./server-engine.ts";
import type { SessionStore } from "./sessions.ts";
import type { StatsCounter } from "./stats.ts";
import type { TokenSigner } from "./tokens.ts";

/** All a request can need. */
export interface ServerContext {
  readonly config: LocalServerConfig;
  readonly adminToken: string;
  readonly clock: ServerClock;
  readonly signer: TokenSigner;
  readonly urls: ChunkUrls;
  readonly sessions: SessionStore;
  readonly engine: ServerEngine;
  readonly queries: QueryRegistry;
  readonly results: ResultStore;
  readonly faults: FaultBox;
  readonly stats: StatsCounter;
  readonly users: UserStore;
}
