import { loadSample } from "../sample/index.ts";
import { type LocalSqlEngine, openOwnSession, openSqlEngine } from "../sql/index.ts";
import { printPath } from "../sql/quote.ts";
import type { ServerClock } from "./clock.ts";
import type { LocalServerConfig } from "./config.ts";
import type { ServerEngine, StatementSession } from "./server-engine.ts";

type OpenEngine = (config: LocalServerConfig, clock: ServerClock) => Promise<ServerEngine>;

/** Opens the real engine over the data folder, with the database and schema that it offers, and the sample in it if that is asked for. */
export function openDuckEngine(onProgress: (text: string) => void): OpenEngine {
  return async (config, clock) => {
    const { dataDir, s3, unload } = config;
    const engine = await openSqlEngine({ dataDir, clock, unload, ...(s3 === undefined ? {} : { s3 }) });
    await makeOfferedSchema(engine, config);
    if (config.sample) await makeSample(engine, config.sampleScale, onProgress);
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

/** Clients are told of a database and a schema, and may make their first table in it. */
async function makeOfferedSchema(engine: LocalSqlEngine, { database, schema }: LocalServerConfig): Promise<void> {
  const run = openOwnSession(engine, { database, schema });
  await run(`CREATE DATABASE IF NOT EXISTS ${printPath([database])}`);
  await run(`CREATE SCHEMA IF NOT EXISTS ${printPath([database, schema])}`);
}

const TELL_EVERY_MS = 1000;

/** Loads the sample, which takes its time once per data folder, and says so while it does. */
async function makeSample(engine: LocalSqlEngine, scale: number, onProgress: (text: string) => void): Promise<void> {
  const startedMs = performance.now();
  const seconds = () => Math.round((performance.now() - startedMs) / 1000);
  const flights = (3_000_000 * scale).toLocaleString("en-US");
  let told = false;
  const timer = setInterval(() => {
    told = true;
    onProgress(`Making the sample data (${flights} flights), once for this data folder: ${seconds()} s`);
  }, TELL_EVERY_MS);
  await loadSample(engine, { scale }).finally(() => clearInterval(timer));
  if (told) onProgress(`The sample data is there after ${seconds()} s.`);
}
