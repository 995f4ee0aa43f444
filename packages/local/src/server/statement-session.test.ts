import { describe, expect, it } from "vitest";
import type { SqlSession } from "../engine.ts";
import type { Session } from "./sessions.ts";
import { carryOver, toStatementSession } from "./statement-session.ts";

const session = (parameters: Record<string, string>, schema = "PUBLIC"): SqlSession => ({
  database: "DB",
  schema,
  warehouse: "WH",
  role: "R",
  user: "U",
  parameters: new Map(Object.entries(parameters)),
});

const toSession = (sql: SqlSession): Session => ({
  id: "1",
  sql,
  sessionTokensEndedMs: 0,
  masterTokensEndedMs: 0,
  endsAtMs: 0,
});

describe("what a statement changes of its session", () => {
  it("stays, but what its own parameters lent it goes", () => {
    const base = session({ TIMEZONE: "UTC" });
    const before = toStatementSession(toSession(base), new Map([["QUERY_TAG", "t"]]));
    const after = toStatementSession(toSession(base), new Map([["QUERY_TAG", "t"]]));
    after.parameters.set("TIMEZONE", "Europe/Berlin");
    after.schema = "OTHER";
    expect(carryOver(base, before, after)).toBe(true);
    expect(base).toEqual(session({ TIMEZONE: "Europe/Berlin" }, "OTHER"));
  });

  it("leaves alone what another statement changed meanwhile", () => {
    const base = session({});
    const before = toStatementSession(toSession(base), new Map());
    const after = toStatementSession(toSession(base), new Map());
    base.schema = "CHANGED";
    base.parameters.set("TIMEZONE", "UTC");
    expect(carryOver(base, before, after)).toBe(false);
    expect(base).toEqual(session({ TIMEZONE: "UTC" }, "CHANGED"));
  });

  it("may be that a parameter is unset", () => {
    const base = session({ QUERY_TAG: "t" });
    const before = toStatementSession(toSession(base), new Map());
    const after = toStatementSession(toSession(base), new Map());
    after.parameters.delete("QUERY_TAG");
    carryOver(base, before, after);
    expect(base.parameters.size).toBe(0);
  });
});
