import { parseSnapshot, planSnapshot } from "@snowmelt/snowflake";
import type { RunContext } from "./run-context.ts";

/** The server's time, in microseconds: the moment that a run reads its sources as of, taken after all were looked at. */
export async function takeSnapshot({ session, signal }: Pick<RunContext, "session" | "signal">): Promise<bigint> {
  const { rows } = await session.query(planSnapshot().sql, [], { signal });
  return parseSnapshot(rows);
}
