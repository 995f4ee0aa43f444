import { openSqlEngine } from "../sql/index.ts";
import type { ServerClock } from "./clock.ts";
import type { LocalServerConfig } from "./config.ts";
import type { ServerEngine, StatementSession } from "./server-engine.ts";

type OpenEngine = (config: LocalServerConfig, clock: ServerClock) => Promise<ServerEngine>;

/** Opens the real engine over the data folder. */
export function openDuckEngine(_onProgress: (text: string) => void): OpenEngine {
  return async (config, clock) => {
    const engine = await openSqlEngine({ dataDir: config.dataDir, clock });
    const { sessions } = engine.state;
    const known = new Map<string, StatementSession>();

    /** The engine knows a session by the object: every statement's copy leads to what the first one's holds. */
    const attach = (session: StatementSession) => {
      const { sessionId } = session;
      const first = known.get(sessionId);
      if (first === undefined) {
        sessions.set(session, { sessionId, transaction: null, queryIds: [], variables: new Map() });
        known.set(sessionId, session);
        return;
      }
      const state = sessions.get(first);
      if (state !== undefined) sessions.set(session, state);
    };
    return {
      describe(session, request) {
        attach(session);
        return engine.describe(session, request);
      },
      execute(session, request) {
        attach(session);
        return engine.execute(session, request);
      },
      recordQuery: (query) => engine.recordQuery(query),
      async endSession(sessionId) {
        const first = known.get(sessionId);
        known.delete(sessionId);
        if (first !== undefined) await engine.endSession(first);
      },
      [Symbol.asyncDispose]: () => engine[Symbol.asyncDispose](),
    };
  };
}
