import type { SqlEngine, SqlSession, StatementRequest } from "../engine.ts";

/** A session as one statement sees it: a copy, so that its own parameters are seen by no other, and whose copy it is. */
export interface StatementSession extends SqlSession {
  readonly sessionId: string;
}

/** SQL as the server uses it. What the engine keeps for a session (a transaction, variables) it keeps by its id. */
export interface ServerEngine extends Omit<SqlEngine, "describe" | "execute"> {
  describe(session: StatementSession, request: StatementRequest): ReturnType<SqlEngine["describe"]>;
  execute(session: StatementSession, request: StatementRequest): ReturnType<SqlEngine["execute"]>;
  /** Rolls back what a session left open, and frees what is kept for it. */
  endSession(sessionId: string): Promise<void>;
}
