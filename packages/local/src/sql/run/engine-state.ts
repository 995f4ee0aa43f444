import type { DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import type { SqlSession } from "../../engine.ts";
import type { Catalog } from "../catalog/catalog.ts";
import type { StoredVersion } from "../catalog/store.ts";
import type { StatementClock } from "../clock.ts";
import type { S3Connection } from "../stage/open-stage.ts";
import type { Typed } from "../types/typed.ts";
import type { UnloadFormat } from "../unload/unload-format.ts";
import type { Versions } from "../versions.ts";
import type { Connections } from "./connections.ts";
import type { KeptResults } from "./kept-results.ts";
import type { WriteLock } from "./write-lock.ts";

/** What an open engine holds. */
export interface EngineState {
  readonly dataDir: string;
  readonly instance: DuckDBInstance;
  readonly connections: Connections;
  readonly catalog: Catalog;
  readonly versions: Versions;
  readonly clock: StatementClock;
  readonly lock: WriteLock;
  /** Settles when the commit under way has landed: readers wait for it, so that none sees a moment half committed. */
  committing: Promise<void>;
  readonly sessions: WeakMap<SqlSession, SessionState>;
  readonly kept: KeptResults;
  readonly s3: S3Connection | null;
  readonly unloadFormat: UnloadFormat;
  lastSequence: number;
}

/** An open BEGIN: its connection holds DuckDB's transaction, and the write lock once it has written. */
export interface OpenTransaction {
  readonly connection: DuckDBConnection;
  release: (() => void) | null;
  readonly versions: Omit<StoredVersion, "stampMicros">[];
}

export interface SessionState {
  readonly sessionId: string;
  transaction: OpenTransaction | null;
  readonly queryIds: string[];
  readonly variables: Map<string, Typed>;
}

export function sessionState(state: EngineState, session: SqlSession): SessionState {
  const known = state.sessions.get(session);
  if (known !== undefined) return known;
  state.lastSequence += 1;
  const opened: SessionState = {
    sessionId: String(state.lastSequence),
    transaction: null,
    queryIds: [],
    variables: new Map(),
  };
  state.sessions.set(session, opened);
  return opened;
}
