import type { SqlSession } from "../engine.ts";
import type { StatementSession } from "./server-engine.ts";
import type { Session } from "./sessions.ts";

/** The session as one statement sees it: a copy, with the statement's own parameters on top. */
export function toStatementSession(session: Session, parameters: ReadonlyMap<string, string>): StatementSession {
  const { id, sql } = session;
  return { ...sql, sessionId: id, parameters: new Map([...sql.parameters, ...parameters]) };
}

/**
 * Carries what a statement changed (USE, ALTER SESSION) over to the session. What the statement's own parameters
 * only lent it does not stay, and what another statement changed meanwhile is left alone.
 */
export function carryOver(session: SqlSession, before: SqlSession, after: SqlSession): boolean {
  let changed = false;
  for (const name of ["database", "schema", "warehouse", "role"] as const) {
    if (before[name] === after[name]) continue;
    session[name] = after[name];
    changed = true;
  }
  for (const name of new Set([...before.parameters.keys(), ...after.parameters.keys()])) {
    const value = after.parameters.get(name);
    if (before.parameters.get(name) === value) continue;
    if (value === undefined) session.parameters.delete(name);
    else session.parameters.set(name, value);
    changed = true;
  }
  return changed;
}
