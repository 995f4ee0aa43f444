import type { DuckDBConnection } from "@duckdb/node-api";
import type { SqlSession, StatementRequest } from "../../engine.ts";
import type { Binder } from "../bind/binder.ts";
import type { EngineState, SessionState } from "./engine-state.ts";
import type { ResultPlace } from "./result.ts";

/** One statement on its way through the engine. */
export interface StatementContext {
  readonly state: EngineState;
  readonly session: SqlSession;
  readonly own: SessionState;
  readonly request: StatementRequest;
  readonly binder: Binder;
  readonly place: ResultPlace;
}

/** A statement that writes: its connection is in a transaction, its rows carry `version`. */
export interface WriteContext extends StatementContext {
  readonly connection: DuckDBConnection;
  readonly version: number;
}
