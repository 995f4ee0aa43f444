import { randomInt } from "node:crypto";
import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { SqlSession } from "../engine.ts";
import type { ServerClock } from "./clock.ts";
import { readJson, writeAtomically } from "./write-atomically.ts";

/** A client's session: what SQL carries from statement to statement, and which of its tokens were ended early. */
export interface Session {
  readonly id: string;
  readonly sql: SqlSession;
  /** Session tokens issued at or before this moment count as expired. */
  sessionTokensEndedMs: number;
  /** Master tokens issued at or before this moment count as expired. */
  masterTokensEndedMs: number;
  /** When its last master token runs out, and the session with it. */
  endsAtMs: number;
}

/** Sessions, kept in a folder so that a client that outlives the server goes on with its own. */
export interface SessionStore {
  create(sql: SqlSession, endsAtMs: number): Promise<Session>;
  find(sessionId: string): Session | undefined;
  /** Sessions that no token can open any more. */
  listEnded(): readonly Session[];
  save(session: Session): Promise<void>;
  remove(sessionId: string): Promise<void>;
}

const Stored = z.object({
  id: z.string(),
  user: z.string(),
  database: z.string().nullable(),
  schema: z.string().nullable(),
  warehouse: z.string().nullable(),
  role: z.string().nullable(),
  parameters: z.record(z.string(), z.string()),
  sessionTokensEndedMs: z.number(),
  masterTokensEndedMs: z.number(),
  endsAtMs: z.number(),
});

export async function openSessionStore(dataDir: string, clock: ServerClock): Promise<SessionStore> {
  const folder = join(dataDir, "sessions");
  await mkdir(folder, { recursive: true });
  const sessions = new Map<string, Session>();
  const pathOf = (id: string) => join(folder, `${id}.json`);

  for (const name of await readdir(folder)) {
    const session = name.endsWith(".json") ? await readSession(join(folder, name)) : undefined;
    if (session !== undefined && session.endsAtMs > clock.nowMs()) sessions.set(session.id, session);
    else await rm(join(folder, name), { force: true });
  }

  const save = (session: Session) => writeAtomically(pathOf(session.id), JSON.stringify(toStored(session)), 0o600);
  return {
    async create(sql, endsAtMs) {
      const session: Session = {
        id: String(randomInt(1_000_000_000, 2 ** 47)),
        sql,
        sessionTokensEndedMs: 0,
        masterTokensEndedMs: 0,
        endsAtMs,
      };
      sessions.set(session.id, session);
      await save(session);
      return session;
    },
    find: (sessionId) => sessions.get(sessionId),
    listEnded: () => [...sessions.values()].filter(({ endsAtMs }) => endsAtMs <= clock.nowMs()),
    save: async (session) => {
      if (sessions.has(session.id)) await save(session);
    },
    async remove(sessionId) {
      sessions.delete(sessionId);
      await rm(pathOf(sessionId), { force: true });
    },
  };
}

async function readSession(path: string): Promise<Session | undefined> {
  const stored = await readJson(path, Stored);
  if (stored === undefined) return undefined;
  const { id, sessionTokensEndedMs, masterTokensEndedMs, endsAtMs, parameters, ...sql } = stored;
  return {
    id,
    sql: { ...sql, parameters: new Map(Object.entries(parameters)) },
    sessionTokensEndedMs,
    masterTokensEndedMs,
    endsAtMs,
  };
}

function toStored(session: Session): z.infer<typeof Stored> {
  const { sql, ...rest } = session;
  return { ...rest, ...sql, parameters: Object.fromEntries(sql.parameters) };
}
