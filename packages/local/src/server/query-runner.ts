import { setTimeout as sleep } from "node:timers/promises";
import type { Bind } from "../engine.ts";
import { SqlFailure } from "../engine.ts";
import type { ServerClock } from "./clock.ts";
import type { LocalServerConfig } from "./config.ts";
import type { FaultBox } from "./faults.ts";
import { type QueryState, toFailed, toQueryRecord } from "./query-state.ts";
import type { ResultStore } from "./result-store.ts";
import type { ServerEngine } from "./server-engine.ts";
import type { Session, SessionStore } from "./sessions.ts";
import { carryOver, toStatementSession } from "./statement-session.ts";
import { toUnloadMishap } from "./unload-fault.ts";
import { type Failure, toFailure, toTimedOut } from "./wire-failure.ts";

/** A query the server knows of: running, or finished and still retained. */
export interface Query {
  /** Replaced as the query goes on. */
  state: QueryState;
  /** Settles when the query is on disk and in the history as running. */
  readonly accepted: Promise<void>;
  /** Settles when the query has ended, in whatever way, and that is on disk and in the history. Never rejects. */
  readonly done: Promise<void>;
  /** Asks a running query to end with this failure; whether it does shows in its state. */
  abort(failure: Failure): void;
}

export interface Submission {
  readonly session: Session;
  readonly sqlText: string;
  readonly binds: Readonly<Record<string, Bind>>;
  /** The statement's own parameters, by upper-case name. */
  readonly parameters: ReadonlyMap<string, string>;
}

export interface RunnerPorts {
  readonly engine: ServerEngine;
  readonly results: ResultStore;
  readonly sessions: SessionStore;
  readonly faults: FaultBox;
  readonly clock: ServerClock;
  readonly config: LocalServerConfig;
  /** Puts a query's state on disk. */
  readonly persist: (state: QueryState) => Promise<void>;
}

/** Statement type of a SELECT, the only kind that may be dropped after the engine has carried it out. */
const SELECT_TYPE = 0x1000;

/** Starts a query; the engine's answer, or refusal, ends up in its state. */
export function startQuery(state: QueryState, submission: Submission, ports: RunnerPorts): Query {
  const controller = new AbortController();
  const accepted = Promise.withResolvers<void>();
  let failure: Failure | undefined;

  const query: Query = {
    state,
    accepted: accepted.promise,
    done: Promise.resolve().then(live),
    abort(reason) {
      if (failure !== undefined || query.state.endedAtMicros !== null) return;
      failure = reason;
      query.state = { ...query.state, status: "ABORTING" };
      controller.abort(new SqlFailure(reason.code, reason.sqlState, reason.message));
    },
  };

  async function live(): Promise<void> {
    const stopTimer = startTimeout(query);
    try {
      await record(query.state, ports).finally(accepted.resolve);
      await end(await run(query.state, submission, { ports, signal: controller.signal }));
    } catch (error) {
      await ports.results.discard(state.queryId).catch(report);
      await end(toFailed(query.state, failure ?? toFailure(error), ports.clock.nowMicros())).catch(report);
    } finally {
      stopTimer();
    }
  }

  async function end(ended: QueryState): Promise<void> {
    await record(ended, ports);
    query.state = ended;
  }

  return query;
}

async function run(
  state: QueryState,
  submission: Submission,
  { ports, signal }: { ports: RunnerPorts; signal: AbortSignal },
): Promise<QueryState> {
  const { session, sqlText, binds, parameters } = submission;
  await sufferFaults(state, ports.faults, signal);
  const before = toStatementSession(session, parameters);
  const after = toStatementSession(session, parameters);
  await using statement = await ports.engine.execute(after, {
    sqlText,
    binds,
    queryId: state.queryId,
    startedAtMicros: BigInt(state.startedAtMicros),
    signal,
    unloadMishap: () => toUnloadMishap(ports.faults, state.queryTag),
  });
  if (carryOver(session.sql, before, after)) await ports.sessions.save(session);
  const keeps = statement.statementTypeId !== SELECT_TYPE;
  const manifest = await ports.results.write(state.queryId, statement, {
    sizes: ports.config.results,
    signal: keeps ? new AbortController().signal : signal,
  });
  const { database, schema, warehouse, role } = after;
  return {
    ...state,
    status: "SUCCESS",
    rowCount: manifest.rowCount,
    ended: { database, schema, warehouse, role },
    parameters: Object.fromEntries(after.parameters),
    endedAtMicros: String(ports.clock.nowMicros()),
  };
}

async function record(state: QueryState, ports: RunnerPorts): Promise<void> {
  await ports.persist(state);
  await ports.engine.recordQuery(toQueryRecord(state));
}

async function sufferFaults(
  { queryTag, sqlText }: Pick<QueryState, "queryTag" | "sqlText">,
  faults: FaultBox,
  signal: AbortSignal,
): Promise<void> {
  const slow = faults.strike(["statementSlow"], { queryTag });
  if (slow !== undefined) await sleep(slow.latencyMs, undefined, { signal });
  const failing = faults.strike(["statementFails"], { queryTag, sqlText });
  if (failing !== undefined) throw new SqlFailure(failing.code, failing.sqlState, failing.message);
}

function startTimeout(query: Query): () => void {
  const seconds = Number(query.state.parameters.STATEMENT_TIMEOUT_IN_SECONDS ?? 0);
  if (!(seconds > 0)) return () => {};
  const timer = setTimeout(() => query.abort(toTimedOut(seconds)), Math.min(seconds * 1000, 2 ** 31 - 1));
  return () => clearTimeout(timer);
}

/** What cannot be told to the client any more, told to whoever runs the server. */
function report(error: unknown): void {
  console.error("snowmelt local: a query's end could not be recorded:", error);
}
