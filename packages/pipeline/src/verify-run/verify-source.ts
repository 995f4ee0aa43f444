import { isSnowmeltError } from "@snowmelt/core/errors";
import { type ColumnProfile, type Field, openProfiler } from "@snowmelt/core/types";
import type { SnapshotVerification } from "@snowmelt/lake/delta";
import { isNull, or, type Predicate } from "@snowmelt/lake/read";
import type { CursorWindow, SourceProfile } from "@snowmelt/snowflake";
import { cursorWindow } from "../plan/window.ts";
import type { InspectedSource } from "../stages/inspect-dataset.ts";
import { type AskedSource, askProfile } from "./ask-source.ts";
import { compareLake, ofProfile, ofTotals, withAside } from "./compare-lake.ts";
import { findErased } from "./erased-rows.ts";
import { excuseRows, excuseValues, movedRows, type Standing, suspect } from "./explain-difference.ts";
import { lakeCursor } from "./lake-cursor.ts";
import type { LandedTable } from "./landed-table.ts";
import { compared, excused, notChecked } from "./rung-check.ts";
import type { SetAside } from "./set-aside.ts";
import type { SourceView } from "./source-view.ts";
import type { RungCheck } from "./verification.ts";
import type { VerifyContext } from "./verify-context.ts";
import { type RowsOf, verifyDigest } from "./verify-digest.ts";
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

interface ComparedTable extends Lake {
  readonly view: SourceView;
  readonly readSetAside: () => Promise<SetAside>;
}

/**
 * Holds a table against its source: rows, the recent past by cursor, aggregates by column, and deep every row. Where they
 * differ, rows that were erased from the table on purpose are left out of the source, and that is told: what differs then is
 * not theirs.
 */
export async function verifySource(
  context: VerifyContext,
  inspected: InspectedSource,
  { readSetAside: read, ...lake }: ComparedTable,
): Promise<SourceChecks> {
  let held: Promise<SetAside> | undefined;
  const readSetAside = (): Promise<SetAside> => {
    held ??= read();
    return held;
  };
  const found = await compareSource(context, inspected, { ...lake, readSetAside });
  const { atMicros } = found;
  const isAlike = found.checks.every(({ outcome }) => outcome !== "failed" && outcome !== "notProven");
  if (isAlike) return found;
  const { landed } = lake;
  const { erased, checks } = await findErased(context, inspected, { landed, setAside: await readSetAside(), atMicros });
  const left =
    erased.length === 0 ? found : await compareSource(context, { ...inspected, erased }, { ...lake, readSetAside });
  return { ...left, checks: [...left.checks, ...checks] };
}

async function compareSource(
  context: VerifyContext,
  inspected: AskedSource,
  { view, readSetAside, ...lake }: ComparedTable,
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
  /** What of the rows that were set aside is: the same, which is said of them in any case. */
  readonly asideWhere?: Predicate | undefined;
  readonly window?: CursorWindow | undefined;
}

async function verifyWindow(
  context: VerifyContext,
  inspected: AskedSource,
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
  const asideWhere = sync.nulls === "everyRun" ? or(before, isNull(inLake.field.name)) : before;
  const where = isWhole ? undefined : asideWhere;
  const rows = lake.rows - recent.lakeBeyond + recent.aside;
  const text = (bucket: RecentPast["buckets"][number]): string => bucketText(bucket, cursor);
  return {
    checks: [
      ...(await compareRows(context, inspected, { ...lake, rows, window, where, asideWhere }, standing)),
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
  inspected: AskedSource,
  lake: CountedLake,
  standing: Standing,
): Promise<RungCheck[]> {
  const { view } = standing;
  const level = context.deep ? "full" : inspected.dataset.verify;
  const { window, files } = lake;
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
  const rowsExcuse = rowCount === lake.rows ? undefined : excuseRows(standing, rowCount, lake.rows);
  const rows = excused(compared("source", { ...compare, because: suspect(standing, rowCount, lake.rows) }), rowsExcuse);
  const excuse = excuseValues(standing, rowsExcuse);
  return [
    rows,
    ...(await compareColumns(inspected, { lake, excuse, profile: asked.answer, deep: context.deep })),
    ...(context.deep
      ? await verifyDigest(context, inspected, {
          files,
          window,
          atMicros: view.atMicros,
          excuse,
          rowsOf: rowsOf(lake),
          unknown: lake.setAside.rows === 0 ? [] : lake.setAside.unknownColumns,
        })
      : []),
  ];
}

async function compareColumns(
  { schema }: InspectedSource,
  {
    lake,
    excuse,
    profile,
    deep,
  }: {
    readonly lake: CountedLake;
    readonly excuse: string | undefined;
    readonly profile: SourceProfile;
    readonly deep: boolean;
  },
): Promise<RungCheck[]> {
  const not = (because: string): RungCheck[] => [
    notChecked("source", { name: "columns", subject: "every column", because }),
  ];
  if (profile.columns.length === 0)
    return not(`the definition asks the source for rows alone (verify: "rows"); a deep look asks for all`);
  const { files, where, landed, setAside } = lake;
  const unknown = setAside.rows === 0 ? [] : setAside.unknownColumns;
  const known = { columns: profile.columns.filter(({ field }) => !unknown.includes(field)) };
  const compare = (columns: Parameters<typeof compareLake>[2]): RungCheck[] => [
    ...compareLake(known, landed.fields, columns).map((check) => excused(check, excuse)),
    ...unknown.map((subject) => notChecked("source", { name: "values", subject, because: youngerThanAside })),
  ];
  if (deep) {
    if (!files.profiles) return not("not every value of the table could be decoded");
    if (where === undefined && setAside.rows === 0) return compare(files.profiles.map(ofProfile));
    return compare((await profileRows(sharedFields(schema.batchFields, lake), rowsOf(lake))).map(ofProfile));
  }
  if (where !== undefined)
    return not("the table has rows past its last window, and footers do not tell them apart; a deep look does");
  if (setAside.superseded > 0)
    return not(
      `${setAside.superseded} rows of the table are older than their versions in quarantine, and footers do not tell them apart; a deep look does`,
    );
  if (setAside.rows === 0) return compare(files.columns.map(ofTotals));
  const aside = await profileRows(sharedFields(schema.batchFields, lake), (columns) =>
    setAside.readRows({ columns, where: lake.asideWhere }),
  );
  return compare(files.columns.map((totals) => withAside(totals, aside)));
}

const youngerThanAside = "rows are in quarantine, whose table is older than the column";

/** The rows that the source should have, of some columns: the table's, and those that were set aside. */
const rowsOf = ({ setAside, where, asideWhere }: CountedLake): RowsOf =>
  async function* (columns) {
    yield* setAside.readOthers({ columns, where });
    if (setAside.rows > 0) yield* setAside.readRows({ columns, where: asideWhere });
  };

/** Columns that the table has, and where rows were set aside the quarantine, too. */
const sharedFields = (fields: readonly Field[], { landed, setAside }: CountedLake): readonly Field[] =>
  fields.filter(
    ({ name }) =>
      landed.fields.some((field) => field.name === name) &&
      (setAside.rows === 0 || !setAside.unknownColumns.includes(name)),
  );

async function profileRows(fields: readonly Field[], rows: RowsOf): Promise<readonly ColumnProfile[]> {
  const profiler = openProfiler(fields);
  for await (const batch of rows(fields.map(({ name }) => name))) profiler.add(batch);
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
