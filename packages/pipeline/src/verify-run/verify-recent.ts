import { valueAt } from "@snowmelt/core/types";
import type { SnapshotVerification } from "@snowmelt/lake/delta";
import type { Cursor, CursorBound, CursorCounts } from "@snowmelt/snowflake";
import { instantText } from "../plan/window.ts";
import { type Asked, type AskedSource, askCounts } from "./ask-source.ts";
import { bucketOf, type CursorBucket, planBuckets } from "./cursor-buckets.ts";
import type { LakeCursor } from "./lake-cursor.ts";
import type { LandedTable } from "./landed-table.ts";
import type { SetAside } from "./set-aside.ts";
import type { VerifyContext } from "./verify-context.ts";

/** Rows of source and lake by where their cursor is, as of one moment. */
export interface RecentPast {
  readonly buckets: readonly (CursorBucket & { readonly source: bigint; readonly lake: bigint | undefined })[];
  /** Rows at the source that the table's windows have not come to. */
  readonly newer: bigint;
  /** Rows at the source that have no cursor. */
  readonly nullCursors: bigint;
  /** Rows of the lake past its last window: a refresh or a backfill read them. */
  readonly lakeBeyond: bigint;
  /** What the rows that were set aside add to the buckets. */
  readonly aside: bigint;
}

/** Counts the recent past on both sides: the source in one scan, the lake by the cursor's column of files that reach into it. */
export async function readRecentPast(
  context: VerifyContext,
  inspected: AskedSource,
  {
    landed,
    files,
    cursor,
    lakeCursor,
    hi,
    atMicros,
    setAside,
  }: {
    readonly landed: LandedTable;
    readonly files: SnapshotVerification;
    readonly cursor: Cursor;
    readonly lakeCursor: LakeCursor;
    readonly hi: bigint;
    readonly atMicros: bigint | undefined;
    /** Counted with the rows of the lake. */
    readonly setAside: SetAside;
  },
): Promise<Asked<RecentPast>> {
  const totals = files.columns.find(({ name }) => name === lakeCursor.field.name);
  const least = typeof totals?.min === "bigint" || typeof totals?.min === "number" ? BigInt(totals.min) : null;
  const kind = cursor.type.kind === "number" ? "number" : "instant";
  const buckets = planBuckets(kind, hi, least);
  const bound = (value: bigint): CursorBound =>
    kind === "number" ? { kind, digits: String(value) } : { kind: "instant", micros: value };
  const windows = buckets.map(({ lo, hi: end }) => ({ ...(lo === null ? {} : { lo: bound(lo) }), hi: bound(end) }));
  const asked = await askCounts(context, inspected, { cursor, windows, atMicros });
  if ("because" in asked) return asked;
  const lake = await countLake(context, { landed, lakeCursor, buckets });
  const valueCount = totals?.valueCount;
  const sum = (counts: readonly bigint[]): bigint => counts.reduce((total, count) => total + count, 0n);
  const before = valueCount === undefined ? undefined : BigInt(valueCount) - sum(lake);
  const aside = buckets.map(() => 0n);
  const ends = buckets.map((bucket) => lakeCursor.landed(bucket.hi));
  for (const change of setAside.changes) {
    if (change.cursor === null) continue;
    const at = bucketOf(change.cursor, ends, lakeCursor.inclusive);
    if (at < aside.length) aside[at] = (aside[at] ?? 0n) + change.by;
  }
  const counts = [before, ...lake.slice(0, -1)];
  const { answer }: { readonly answer: CursorCounts } = asked;
  return {
    answer: {
      buckets: buckets.map((bucket, index) => ({
        ...bucket,
        source: answer.counts[index] ?? 0n,
        lake: withAside(counts[index], aside[index]),
      })),
      newer: answer.cursorCount - sum(answer.counts),
      nullCursors: answer.rowCount - answer.cursorCount,
      lakeBeyond: lake.at(-1) ?? 0n,
      aside: sum(aside),
    },
  };
}

const withAside = (count: bigint | undefined, aside = 0n): bigint | undefined =>
  count === undefined ? undefined : count + aside;

/** Rows of every bucket but the first, and of what is past the last. */
async function countLake(
  { signal }: VerifyContext,
  {
    landed,
    lakeCursor,
    buckets,
  }: { readonly landed: LandedTable; readonly lakeCursor: LakeCursor; readonly buckets: readonly CursorBucket[] },
): Promise<bigint[]> {
  const [first] = buckets;
  const ends = buckets.slice(1).map(({ hi }) => lakeCursor.landed(hi));
  const counts = Array.from({ length: ends.length + 1 }, () => 0n);
  if (!first) return counts;
  const { name, type } = lakeCursor.field;
  for await (const batch of landed.readRows({ columns: [name], where: lakeCursor.after(first.hi) }, signal)) {
    const [vector] = batch.columns;
    for (let row = 0; vector && row < batch.rowCount; row++) {
      const value = valueAt(type, vector, row);
      if (typeof value !== "bigint" && typeof value !== "number") continue;
      const at = bucketOf(BigInt(value), ends, lakeCursor.inclusive);
      counts[at] = (counts[at] ?? 0n) + 1n;
    }
  }
  return counts;
}

/** A bucket for people. */
export function bucketText({ lo, hi }: CursorBucket, cursor: Cursor): string {
  const text = (bound: bigint): string => (cursor.type.kind === "number" ? String(bound) : instantText(bound));
  return lo === null ? `before ${text(hi)}` : `${text(lo)} to ${text(hi)}`;
}
