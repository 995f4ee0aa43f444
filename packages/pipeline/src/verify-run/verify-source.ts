import { isSnowmeltError } from "@snowmelt/core/errors";
import { type ColumnProfile, openProfiler } from "@snowmelt/core/types";
import type { SnapshotVerification } from "@snowmelt/lake/delta";
import { isNull, or, type Predicate } from "@snowmelt/lake/read";
import type { CursorWindow } from "@snowmelt/snowflake";
import { cursorWindow } from "../plan/window.ts";
import type { InspectedSource } from "../stages/inspect-dataset.ts";
import { askProfile } from "./ask-source.ts";
import { compareLake, ofProfile, ofTotals } from "./compare-lake.ts";
import { excuseRows, excuseValues, movedRows, type Standing, suspect } from "./explain-difference.ts";
import { lakeCursor } from "./lake-cursor.ts";
import type { LandedTable } from "./landed-table.ts";
import { compared, excused, notChecked } from "./rung-check.ts";
import type { SetAside } from "./set-aside.ts";
import type { SourceView } from "./source-view.ts";
import type { RungCheck } from "./verification.ts";
import type { VerifyContext } from "./verify-context.ts";
import { verifyDigest } from "./verify-digest.ts";
import { bucketText, type RecentPast, readRecentPast } from "./verify-recent.ts";

type WindowView = Extract<SourceView, { kind: "window" }>;

interface Lake {
  readonly landed: LandedTable;
  readonly files: SnapshotVerification;
}

/** What was found, and the moment the source was read as of for it; undefined where that was no moment. */
export interface SourceChecks {
  readonly checks: readonly RungCheck[];
  readonly atMicros: bigint | undefined;
}

/** Holds a table against its source: rows, the recent past by cursor, aggregates by column, and deep every row. */
export async function verifySource(
  context: VerifyContext,
  inspected: InspectedSource,
  { view, readSetAside, ...lake }: Lake & { readonly view: SourceView; readonly readSetAside: () => Promise<SetAside> },
): Promise<SourceChecks> {
  const atMicros = view.kind === "none" ? undefined : view.atMicros;
  const not = (because: string): SourceChecks => ({
    checks: [notChecked("source", { name: "rows and columns", subject: "the table", because })],
    atMicros,
  });
  if (view.kind === "none") return not(view.because);
  if (lake.files.rows === undefined) return not("not every footer of the table could be read");
  try {
    const setAside = await readSetAside();
    const counted = { ...lake, rows: BigInt(lake.files.rows), setAside };
    if (view.kind === "window") return await verifyWindow(context, inspected, counted, view);
    const rows = counted.rows + BigInt(setAside.rows);
    const standing = { view, moved: 0n, setAside: setAside.rows };
    return { checks: await compareRows(context, inspected, { ...counted, rows }, standing), atMicros };
  } catch (error) {
    const isDamage = isSnowmeltError(error) && /^PARQUET_|^DELTA_FILE_MISSING$/.test(error.code);
    if (!isDamage) throw error;
    return not(`a file of the table cannot be read: ${error.message}`);
  }
}

interface CountedLake extends Lake {
  /** With those that were set aside. */
  readonly rows: bigint;
  readonly setAside: SetAside;
  /** What of the table is compared; undefined for all of it. */
  readonly where?: Predicate | undefined;
  readonly window?: CursorWindow | undefined;
}

async function verifyWindow(
  context: VerifyContext,
  inspected: InspectedSource,
  lake: CountedLake,
  view: WindowView,
): Promise<SourceChecks> {
  const { cursor, hi, sync } = view;
  const { schema } = inspected;
  const field = lake.landed.fields.find(({ name }) => name === schema.cursor);
  const inLake = lakeCursor(cursor, field);
  const window = cursorWindow(cursor, { lo: null, hi: String(hi) }, sync.nulls === "everyRun");
  const not = (subject: string, because: string): SourceChecks => ({
    checks: [notChecked("recent", { name: "rows by cursor", subject, because })],
    atMicros: view.atMicros,
  });
  if (!inLake) return not(cursor.column, `the cursor ${cursor.column} lands as text, whose order is not the source's`);
  const read = (atMicros: bigint | undefined) =>
    readRecentPast(context, inspected, { ...lake, cursor, lakeCursor: inLake, hi, atMicros });
  const asked = await read(view.atMicros);
  if ("because" in asked) return not("the table", asked.because);
  const past = await pastToCompare(context, lake.landed, { view, now: asked.answer, read });
  const { recent } = past;
  const standing = { view: past.view, moved: movedRows(recent), setAside: lake.setAside.rows };
  const before = inLake.before(hi);
  const isWhole = recent.lakeBeyond === 0n;
  const where = isWhole ? undefined : sync.nulls === "everyRun" ? or(before, isNull(inLake.field.name)) : before;
  const rows = lake.rows - recent.lakeBeyond + recent.aside;
  const text = (bucket: RecentPast["buckets"][number]): string => bucketText(bucket, cursor);
  return {
    checks: [
      ...(await compareRows(context, inspected, { ...lake, rows, window, where }, standing)),
      ...recentChecks(recent, standing, text),
      ...(recent === asked.answer ? [] : lateChecks(asked.answer, past.view, text)),
    ],
    atMicros: past.view.atMicros,
  };
}

/**
 * The source as it is now, where no newer row was taken out of what was before; else as it was when the table was landed,
 * which owes nothing to what came since. Where time travel does not reach that moment, now has to do.
 */
async function pastToCompare(
  { signal }: VerifyContext,
  landed: LandedTable,
  {
    view,
    now,
    read,
  }: {
    readonly view: WindowView;
    readonly now: RecentPast;
    readonly read: (atMicros: bigint) => ReturnType<typeof readRecentPast>;
  },
): Promise<{ readonly view: WindowView; readonly recent: RecentPast }> {
  if (movedRows(now) === 0n || view.atMicros === undefined) return { view, recent: now };
  const atMicros = await landed.landingMoment(signal);
  if (atMicros === undefined) return { view, recent: now };
  const then = await read(atMicros);
  return "because" in then ? { view, recent: now } : { view: { ...view, atMicros }, recent: then.answer };
}

/** Of a table that was held against an earlier moment: what came too late since, and what nobody looked at. Pure. */
function lateChecks(
  { buckets, newer }: RecentPast,
  view: WindowView,
  text: (bucket: RecentPast["buckets"][number]) => string,
): RungCheck[] {
  const name = "rows by cursor";
  const late = buckets.flatMap((bucket) => {
    const { source, lake } = bucket;
    if (lake === undefined || source <= lake) return [];
    const because = suspect({ view, moved: 0n, setAside: 0 }, source, lake);
    const subject = `${text(bucket)}, now`;
    return compared("recent", { name, subject, expected: `${source}`, actual: `${lake}`, because });
  });
  const because = `${newer} rows at the source wait for the next run, updates among them, so that the table was held against the moment it was landed; run the pipeline, then verify`;
  return [...late, notChecked("recent", { name, subject: "what changed since the last landing", because })];
}

/** Rows, then columns, then deep the digest of all rows. */
async function compareRows(
  context: VerifyContext,
  inspected: InspectedSource,
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
  const aside = lake.setAside.rows;
  const subject = aside === 0 ? "the table" : `the table and ${aside} rows in quarantine`;
  const compare = { name: "rows", subject, expected: `${rowCount}`, actual: `${lake.rows}` };
  const rows = excused(
    compared("source", { ...compare, because: suspect(standing, rowCount, lake.rows) }),
    excuseRows(standing, rowCount, lake.rows),
  );
  return [
    rows,
    ...(await compareColumns(context, { lake, standing, profile: asked.answer })),
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
  const { files, where, landed } = lake;
  const { fields } = landed;
  const excuse = excuseValues(standing);
  const compare = (columns: Parameters<typeof compareLake>[2]): RungCheck[] =>
    compareLake(profile, fields, columns).map((check) => excused(check, excuse));
  if (context.deep) {
    const profiles = where ? await profileRows(context, landed, where) : files.profiles;
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
  landed: LandedTable,
  where: Predicate,
): Promise<readonly ColumnProfile[]> {
  const profiler = openProfiler(landed.fields);
  for await (const batch of landed.readRows({ where }, signal)) profiler.add(batch);
  return profiler.profiles();
}

/** Pure. A bucket without rows on either side is not told. */
export function recentChecks(
  { buckets, newer, nullCursors, lakeBeyond }: RecentPast,
  standing: Standing,
  text: (bucket: RecentPast["buckets"][number]) => string,
): RungCheck[] {
  const name = "rows by cursor";
  const checks = buckets.flatMap((bucket) => {
    const { source, lake } = bucket;
    const subject = text(bucket);
    if (lake === undefined) {
      return notChecked("recent", { name, subject, because: "a footer does not count the NULLs of the cursor" });
    }
    if (source === 0n && lake === 0n) return [];
    const because = suspect(standing, source, lake);
    const check = compared("recent", { name, subject, expected: `${source}`, actual: `${lake}`, because });
    return excused(check, excuseRows(standing, source, lake));
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
