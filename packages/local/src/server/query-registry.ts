import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { type Query, type RunnerPorts, type Submission, startQuery } from "./query-runner.ts";
import { isRunning, QueryState, toInterrupted, toNewState, toQueryRecord } from "./query-state.ts";
import { CANCELED, INTERRUPTED } from "./wire-failure.ts";
import { readJson, writeAtomically } from "./write-atomically.ts";

/** All queries the server can still answer for. */
export interface QueryRegistry {
  /** Starts a query, or finds the one this user already sent with the same request id. */
  submit(requestId: string, submission: Submission): Query;
  find(queryId: string): Query | undefined;
  findByRequest(user: string, requestId: string): Query | undefined;
  /** Cancels what runs in a session that is being closed. */
  abortSession(sessionId: string): void;
  /** Forgets queries that ended longer ago than results are retained. */
  sweep(): Promise<void>;
  /** Ends what runs, as a restart would, and waits for it. */
  [Symbol.asyncDispose](): Promise<void>;
}

const CONCURRENT_READS = 64;

/** Opens the registry with what the folder holds; a query found unfinished has failed. */
export async function openQueryRegistry(options: Omit<RunnerPorts, "persist">): Promise<QueryRegistry> {
  const { clock, config, engine, results } = options;
  const queries = new Map<string, Query>();
  const byRequest = new Map<string, Query>();
  const requestKey = (user: string, requestId: string) => `${user}\n${requestId}`;

  const persist = async (state: QueryState) => {
    const folder = results.folderOf(state.queryId);
    await mkdir(folder, { recursive: true });
    await writeAtomically(join(folder, "query.json"), JSON.stringify(state), 0o600);
  };
  const ports: RunnerPorts = { ...options, persist };

  const keep = (query: Query) => {
    queries.set(query.state.queryId, query);
    byRequest.set(requestKey(query.state.user, query.state.requestId), query);
  };
  const forget = async ({ state }: Query) => {
    queries.delete(state.queryId);
    byRequest.delete(requestKey(state.user, state.requestId));
    await results.remove(state.queryId);
  };

  const load = async (queryId: string) => {
    const state = await readJson(join(results.folderOf(queryId), "query.json"), QueryState);
    if (state === undefined) return results.remove(queryId);
    if (!isRunning(state)) return keep(toFinishedQuery(state));
    const interrupted = toInterrupted(state, clock.nowMicros());
    await results.discard(queryId);
    await persist(interrupted);
    await engine.recordQuery(toQueryRecord(interrupted));
    keep(toFinishedQuery(interrupted));
  };
  const queryIds = await results.queryIds();
  for (let at = 0; at < queryIds.length; at += CONCURRENT_READS)
    await Promise.all(queryIds.slice(at, at + CONCURRENT_READS).map(load));

  return {
    submit(requestId, submission) {
      const known = byRequest.get(requestKey(submission.session.sql.user, requestId));
      if (known !== undefined) return known;
      const query = startQuery(toNewState(requestId, submission, clock.nowMicros()), submission, ports);
      keep(query);
      return query;
    },
    find: (queryId) => queries.get(queryId),
    findByRequest: (user, requestId) => byRequest.get(requestKey(user, requestId)),
    abortSession(sessionId) {
      for (const query of queries.values()) if (query.state.sessionId === sessionId) query.abort(CANCELED);
    },
    async sweep() {
      const oldest = (clock.nowMs() - config.lifetimes.resultSeconds * 1000) * 1000;
      for (const query of [...queries.values()])
        if (query.state.endedAtMicros !== null && Number(query.state.endedAtMicros) < oldest) await forget(query);
    },
    async [Symbol.asyncDispose]() {
      const running = [...queries.values()].filter((query) => isRunning(query.state));
      for (const query of running) query.abort(INTERRUPTED);
      await Promise.all(running.map((query) => query.done));
    },
  };
}

function toFinishedQuery(state: QueryState): Query {
  const settled = Promise.resolve();
  return { state, accepted: settled, done: settled, abort: () => {} };
}
