import { z } from "zod";
import { type ActiveFault, Fault, type FaultInput } from "./faults.ts";
import { localError } from "./local-error.ts";
import { ServerStats } from "./stats.ts";

/** Steers a running local Snowflake: what goes wrong, what it counted, what time it is. */
export interface AdminClient {
  /** Adds faults to those in force; the first that matches strikes. */
  setFaults(faults: readonly FaultInput[]): Promise<void>;
  clearFaults(): Promise<void>;
  listFaults(): Promise<readonly ActiveFault[]>;
  readStats(): Promise<ServerStats>;
  /** Moves the server's clock forward, past the life of tokens, chunk URLs or results. */
  advanceClock(ms: number): Promise<void>;
}

const Active = z.array(z.object({ id: z.string(), fault: Fault, struck: z.number(), passed: z.number() }));

/** A client of the admin endpoint at `origin`. Its calls may be retried, but `setFaults` then adds twice. */
export function openAdminClient(origin: string, adminToken: string): AdminClient {
  const send = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const response = await fetch(`${origin}/__admin/${path}`, {
      method,
      headers: { authorization: `Bearer ${adminToken}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const reply: unknown = await response.json();
    if (response.ok) return reply;
    throw localError(
      "LOCAL_ADMIN_REFUSED",
      `${method} ${path} was refused (${response.status}): ${JSON.stringify(reply)}`,
    );
  };
  return {
    setFaults: async (faults) => void (await send("POST", "faults", faults)),
    clearFaults: async () => void (await send("DELETE", "faults")),
    listFaults: async () => Active.parse(await send("GET", "faults")),
    readStats: async () => ServerStats.parse(await send("GET", "stats")),
    advanceClock: async (advanceMs) => void (await send("POST", "clock", { advanceMs })),
  };
}
