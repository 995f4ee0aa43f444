import { isSnowmeltError } from "@snowmelt/core/errors";
import { type ColumnProfile, openProfiler } from "@snowmelt/core/types";
import { type Snapshot, type SnapshotVerification, snapshotFields } from "@snowmelt/lake/delta";
import { isNull, or, type Predicate, readSnapshotRows } from "@snowmelt/lake/read";
import type { CursorWindow } from "@snowmelt/snowflake";
import { cursorWindow } from "../plan/window.ts";
import { askProfile } from "./ask-source.ts";
import { compareLake, ofProfile, ofTotals } from "./compare-lake.ts";
import type { DeltaSource } from "./delta-source.ts";
import { excuseRows, excuseValues, type Standing, suspect } from "./explain-difference.ts";
import { lakeCursor } from "./lake-cursor.ts";
import { compared, excused, notChecked } from "./rung-check.ts";
import type { SourceView } from "./source-view.ts";
import type { RungCheck } from "./verification.ts";
import type { VerifyContext } from "./verify-context.ts";
import { verifyDigest } from "./verify-digest.ts";
import { bucketText, type RecentPast, readRecentPast } from "./verify-recent.ts";

interface Lake {
  readonly snapshot: Snapshot;
  readonly files: SnapshotVerification;
  /** Rows in quarantine. */
  readonly quarantined: number;
}

/** Holds a table against its source: rows, the recent past by cursor, aggregates by column, and deep every row. */
export async function verifySource(
  context: VerifyContext,
  inspected: DeltaSource,
  { view, ...lake }: Lake & { readonly view: SourceView },
): Promise<RungCheck[]> {
  const subject = "the table";
  if (view.kind === "none") return [notChecked("source", { name: "rows and columns", subject, because: view.because })];
  if (lake.files.rows === undefined) {
    const because = "not every footer of the table could be read";
    return [notChecked("source", { name: "rows and columns", subject, because })];
  }
  const counted = { ...lake, rows: BigInt(lake.files.rows) };
  try {
    if (view.kind === "window") return await verifyWindow(context, inspected, counted, view);
    return await compareRows(context, inspected, counted, { view, newer: 0n, quarantined: lake.quarantined });
  } catch (error) {
    const isDamage = isSnowmeltError(error) && /^PARQUET_|^DELTA_FILE_MISSING$/.test(error.code);
    if (!isDamage) throw error;
    const because = `a file of the table cannot be read: ${error.message}`;
    return [notChecked("source", { name: "rows and columns", subject, because })];
  }
}

interface CountedLake extends Lake {
  readonly rows: bigint;
  /** What of the table is compared; undefined for all of it. */
  readonly where?: Predicate | undefined;
  readonly window?: CursorWindow | undefined;
}

async function verifyWindow(
  context: VerifyContext,
  inspected: DeltaSource,
  lake: CountedLake,
  view: Extract<SourceView, { kind: "window" }>,
): Promise<RungCheck[]> {
  const { cursor, hi, sync, atMicros } = view;
  const { schema } = inspected;
  const field = snapshotFields(lake.snapshot).find(({ name }) => name === schema.cursor);
  const landed = lakeCursor(cursor, field);
  const window = cursorWindow(cursor, { lo: null, hi: String(hi) }, sync.nulls === "everyRun");
  if (!landed) {
    const because = `the cursor ${cursor.column} lands as text, whose order is not the source's`;
    return [notChecked("recent", { name: "rows by cursor", subject: cursor.column, because })];
  }
  const asked = await readRecentPast(context, inspected, { ...lake, cursor, landed, hi, atMicros });
  if ("because" in asked) return [notChecked("recent", { name: "rows by cursor", subject: "the table", ...asked })];
  const recent = asked.answer;
  const standing = { view, newer: recent.newer, quarantined: lake.quarantined };
  const before = landed.before(hi);
  const isWhole = recent.lakeBeyond === 0n;
  return [
    ...(await compareRows(
      context,
      inspected,
      {
        ...lake,
        rows: lake.rows - recent.lakeBeyond,
        window,
        where: isWhole ? undefined : sync.nulls === "everyRun" ? or(before, isNull(landed.field.name)) : before,
      },
      standing,
    )),
    ...recentChecks(recent, standing, (bucket) => bucketText(bucket, cursor)),
  ];
}

/** Rows, then columns, then deep the digest of all rows. */
async function compareRows(
  context: VerifyContext,
  inspected: DeltaSource,
  lake: CountedLake,
  standing: Standing,
): Promise<RungCheck[]> {
  const { view } = standing;
  const level = context.deep ? "full" : inspected.dataset.verify;
  const { window, where } = lake;
  const asked = await askProfile(context, inspected, { window, atMicros: view.atMicros, level });
  if ("because" in asked) {
    const names = ["rows", "columns", ...(context.deep ? ["digest"] : [])];
    return names.map((name) =>
      notChecked(name === "digest" ? "digest" : "source", { name, subject: "the table", because: asked.because }),
    );
  }
  const { rowCount } = asked.answer;
  const compare = { name: "rows", subject: "the table", expected: `${rowCount}`, actual: `${lake.rows}` };
  const rows = excused(
    compared("source", { ...compare, because: suspect(standing, rowCount, lake.rows) }),
    excuseRows(standing, rowCount, lake.rows),
  );
  return [
    rows,
    ...(await compareColumns(context, inspected, { lake, standing, profile: asked.answer })),
    ...(context.deep
      ? await verifyDigest(context, inspected, {
          ...lake,
          window,
          where,
          atMicros: view.atMicros,
          excuse: excuseValues(standing),
        })
      : []),
  ];
}

async function compareColumns(
  context: VerifyContext,
  inspected: DeltaSource,
  {
    lake,
    standing,
    profile,
  }: {
    readonly lake: CountedLake;
    readonly standing: Standing;
    readonly profile: Extract<Awaited<ReturnType<typeof askProfile>>, { answer: unknown }>["answer"];
  },
): Promise<RungCheck[]> {
  const subject = "every column";
  if (profile.columns.length === 0) {
    const because = `the definition asks the source for rows alone (verify: "rows"); a deep look asks for all`;
    return [notChecked("source", { name: "columns", subject, because })];
  }
  const { files, where, snapshot } = lake;
  const fields = snapshotFields(snapshot);
  const excuse = excuseValues(standing);
  const compare = (columns: Parameters<typeof compareLake>[2]): RungCheck[] =>
    compareLake(profile, fields, columns).map((check) => excused(check, excuse));
  if (context.deep) {
    const profiles = where ? await profileRows(context, inspected, { snapshot, where }) : files.profiles;
    if (profiles) return compare(profiles.map(ofProfile));
    return [
      notChecked("source", { name: "columns", subject, because: "not every value of the table could be decoded" }),
    ];
  }
  if (where === undefined) return compare(files.columns.map(ofTotals));
  const because = "the table has rows past its last window, and footers do not tell them apart; a deep look does";
  return [notChecked("source", { name: "columns", subject, because })];
}

async function profileRows(
  { signal }: VerifyContext,
  { table }: DeltaSource,
  { snapshot, where }: { readonly snapshot: Snapshot; readonly where: Predicate },
): Promise<readonly ColumnProfile[]> {
  const profiler = openProfiler(snapshotFields(snapshot));
  for await (const batch of readSnapshotRows(table, snapshot, { where, signal })) profiler.add(batch);
  return profiler.profiles();
}

/** Pure. A bucket without rows on either side is not told. */
export function recentChecks(
  { buckets, newer, nullCursors, lakeBeyond }: RecentPast,
  standing: Standing,
  text: (bucket: RecentPast["buckets"][number]) => string,
): RungCheck[] {
  const name = "rows by cursor";
  const surplus = buckets.reduce((sum, { source, lake = 0n }) => (lake > source ? sum + lake - source : sum), 0n);
  const checks = buckets.flatMap((bucket) => {
    const { source, lake } = bucket;
    const subject = text(bucket);
    if (lake === undefined) {
      return notChecked("recent", { name, subject, because: "a footer does not count the NULLs of the cursor" });
    }
    if (source === 0n && lake === 0n) return [];
    const because = suspect(standing, source, lake);
    const check = compared("recent", { name, subject, expected: `${source}`, actual: `${lake}`, because });
    // Rows may have moved out of any bucket, but no more of them than there are newer ones.
    return excused(check, lake > source && surplus > newer ? undefined : excuseRows(standing, source, lake));
  });
  const told = (what: string, because: string): RungCheck => notChecked("recent", { name, subject: what, because });
  const { view } = standing;
  const areNullsRead = view.kind === "window" && view.sync.nulls === "everyRun";
  return [
    ...checks,
    ...(newer > 0n ? [told("after the last window", `${newer} rows at the source wait for the next run`)] : []),
    ...(lakeBeyond > 0n
      ? [
          told(
            "rows of the lake past the last window",
            `${lakeBeyond} rows were read by a refresh or a backfill, and the next run reads their stretch`,
          ),
        ]
      : []),
    ...(areNullsRead
      ? []
      : [
          compared("recent", {
            name: "rows without a cursor",
            subject: "the source",
            expected: "0",
            actual: `${nullCursors}`,
            because: 'rows without a cursor are never read, unless by nulls: "everyRun"',
          }),
        ]),
  ];
}
