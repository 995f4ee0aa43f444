import { isSnowmeltError } from "@snowmelt/core/errors";
import {
  type ProfileLevel,
  parseRowDigest,
  parseSourceProfile,
  planResultDigest,
  planResultProfile,
  planSourceProfile,
  type RowDigest,
  type SourceProfile,
} from "@snowmelt/snowflake";
import type { RunContext } from "../run/run-context.ts";
import type { AttemptWindow } from "../state/dataset-state.ts";
import type { InspectedDataset } from "./inspect-dataset.ts";
import { sourceWindow } from "./source-window.ts";

interface Asked {
  readonly window: AttemptWindow | null;
  readonly snapshotMicros: bigint;
}

/** Rows of a window at the snapshot, by the server; null for a source that cannot be asked for that moment. */
export async function countSource(
  context: Pick<RunContext, "session" | "signal">,
  inspected: InspectedDataset,
  asked: Asked,
): Promise<bigint | null> {
  return (await profileSource(context, inspected, { ...asked, level: "rows" }))?.rowCount ?? null;
}

/** What the server says of a window's rows at the snapshot; undefined for a source that cannot be asked for that moment. */
export async function profileSource(
  { session, signal }: Pick<RunContext, "session" | "signal">,
  inspected: InspectedDataset,
  { window, snapshotMicros, level }: Asked & { readonly level: ProfileLevel },
): Promise<SourceProfile | undefined> {
  const { source, schema, guarantee } = inspected;
  if (guarantee.name !== "snapshot") return undefined;
  const plan = planSourceProfile({
    source,
    landed: schema.extracted,
    level,
    window: sourceWindow(inspected, window),
    atMicros: snapshotMicros,
  });
  const { rows } = await session.query(plan.sql, [], { signal });
  return parseSourceProfile(rows, plan);
}

/**
 * What the server says of a finished query's stored result, for a source that cannot be asked again for that moment; undefined
 * when the server does not let the result be queried any more.
 */
export async function profileResult(
  { session, signal }: Pick<RunContext, "session" | "signal">,
  { schema }: Pick<InspectedDataset, "schema">,
  asked: { readonly queryId: string; readonly level: ProfileLevel },
): Promise<SourceProfile | undefined> {
  const plan = planResultProfile({ ...asked, landed: schema.extracted });
  return unlessExpired(async () => parseSourceProfile((await session.query(plan.sql, [], { signal })).rows, plan));
}

/** What the server says of each row of a finished query's stored result; undefined as for {@link profileResult}. */
export async function digestResult(
  { session, signal }: Pick<RunContext, "session" | "signal">,
  { schema }: Pick<InspectedDataset, "schema">,
  queryId: string,
): Promise<RowDigest | undefined> {
  const { sql } = planResultDigest({ queryId, landed: schema.extracted });
  return unlessExpired(async () => parseRowDigest((await session.query(sql, [], { signal })).rows));
}

async function unlessExpired<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (isSnowmeltError(error, "RESULT_EXPIRED")) return undefined;
    throw error;
  }
}
