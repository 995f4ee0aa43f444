import { isSnowmeltError } from "@snowmelt/core/errors";
import {
  type CursorCounts,
  type CursorWindow,
  type ErasedRows,
  type ExtractSource,
  type PlanProfileInput,
  type ProfileLevel,
  parseCursorCounts,
  parseSourceProfile,
  planCursorCounts,
  planSourceProfile,
  planWithoutErased,
  type SourceProfile,
} from "@snowmelt/snowflake";
import type { InspectedSource } from "../stages/inspect-dataset.ts";
import type { VerifyContext } from "./verify-context.ts";

/** An answer of the source, or why there is none. */
export type Asked<T> = { readonly answer: T } | { readonly because: string };

/** A source, and what of it is not to be compared. */
export interface AskedSource extends InspectedSource {
  readonly erased?: readonly ErasedRows[];
}

/** What to read, as of the moment, without what was erased from the table. */
export const sourceAt = (
  { source, erased = [] }: AskedSource,
  atMicros: bigint | undefined,
): { readonly source: ExtractSource; readonly atMicros: bigint | undefined } =>
  erased.length === 0
    ? { source, atMicros }
    : { source: planWithoutErased({ source, atMicros }, erased), atMicros: undefined };

type Session = Pick<VerifyContext, "session" | "signal">;
type Moment = Pick<PlanProfileInput, "window" | "atMicros">;

/** The source's aggregates of a window at a moment. */
export const askProfile = (
  { session, signal }: Session,
  inspected: AskedSource,
  asked: Moment & { readonly level: ProfileLevel },
): Promise<Asked<SourceProfile>> =>
  unlessGone(async () => {
    const place = sourceAt(inspected, asked.atMicros);
    const plan = planSourceProfile({ landed: inspected.schema.extracted, ...asked, ...place });
    return parseSourceProfile((await session.query(plan.sql, [], { signal })).rows, plan);
  });

/** How many rows the source has in each window. */
export const askCounts = (
  { session, signal }: Session,
  inspected: AskedSource,
  asked: Pick<CursorWindow, "cursor"> & {
    readonly windows: readonly Pick<CursorWindow, "lo" | "hi">[];
    readonly atMicros: bigint | undefined;
  },
): Promise<Asked<CursorCounts>> =>
  unlessGone(async () => {
    const { rows } = await session.query(
      planCursorCounts({ ...asked, ...sourceAt(inspected, asked.atMicros) }).sql,
      [],
      { signal },
    );
    return parseCursorCounts(rows, asked);
  });

/** Time travel ends some day, and with the table that is made anew. Anything else that fails is an error. */
export async function unlessGone<T>(ask: () => Promise<T>): Promise<Asked<T>> {
  try {
    return { answer: await ask() };
  } catch (error) {
    if (!isSnowmeltError(error, "RESULT_EXPIRED")) throw error;
    return { because: `time travel at the source does not reach that moment any more: ${error.message}` };
  }
}
