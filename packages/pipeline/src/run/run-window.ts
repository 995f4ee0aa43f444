import { toQuarantinePath } from "@snowmelt/core/lake-layout";
import type { DataFile } from "@snowmelt/lake/delta";
import type { TableState } from "../lake/dataset-table.ts";
import type { DatasetResult, ManifestFile } from "../manifest.ts";
import { plainNotice } from "../plan/plain-notice.ts";
import type { Purpose } from "../plan/purpose.ts";
import { cursorOf, instantText, manifestWindow } from "../plan/window.ts";
import { columnSummary } from "../record/column-summary.ts";
import { abandonAttempt, sweepAttempts } from "../stages/abandon-attempt.ts";
import { catalogTable } from "../stages/catalog.ts";
import { checkRules, ruleOutcomes } from "../stages/check-rules.ts";
import { checkTable } from "../stages/check-table.ts";
import { type Committed, commit } from "../stages/commit.ts";
import { type ExtractedAttempt, extract } from "../stages/extract.ts";
import { giveUpUnload } from "../stages/give-up-unload.ts";
import type { InspectedDataset } from "../stages/inspect-dataset.ts";
import { type LandedAttempt, land } from "../stages/land.ts";
import { type Next, nextAttempt } from "../stages/next-attempt.ts";
import { type Registered, register } from "../stages/register.ts";
import { type StagedWrite, stageWrite } from "../stages/stage-write.ts";
import { verify } from "../stages/verify.ts";
import { type AttemptWindow, retirePending } from "../state/dataset-state.ts";
import type { DatasetRecord } from "./dataset-record.ts";
import type { RunContext } from "./run-context.ts";

/**
 * Lands one window of an inspected dataset, or finds that there is none. The lease is held by the caller. Throws what
 * stopped it: nothing is visible then, or another run's commit is, and the window stays pending unless its rows are why.
 */
export async function runWindow(
  context: RunContext,
  inspected: InspectedDataset,
  { record, snapshotMicros }: { readonly record: DatasetRecord; readonly snapshotMicros: bigint },
): Promise<DatasetResult> {
  noteInspected(record, inspected);
  const next = await record.stage("plan", () => nextAttempt(context, inspected, { record, snapshotMicros }));
  if (next.kind !== "attempt") {
    await sweepAttempts(context, inspected);
    const { kind } = next;
    if (kind === "empty" || kind === "unchanged")
      await record.stage("check", () => checkTable(context, inspected, { record, outcome: kind }));
    await catalogTable(context, inspected, record);
    return finishWithout(record, inspected, { next, snapshotMicros });
  }
  const landed = await orAbandon(context, inspected, false, () =>
    landAttempt(context, inspected, { next, record, snapshotMicros }),
  );
  if (isEmptyWindow(inspected, landed)) {
    await settle(context, inspected);
    await record.stage("check", () => checkTable(context, inspected, { record, outcome: "empty" }));
    await catalogTable(context, inspected, record);
    return record.finish("empty");
  }
  const committed = await orAbandon(context, inspected, true, () =>
    commitAttempt(context, inspected, { landed, record }),
  );
  await settle(context, inspected);
  await sweepAttempts(context, inspected);
  await catalogTable(context, inspected, record);
  return record.finish(committed);
}

/** Nothing came that would be committed, as only the reading of a view or a query finds out. */
const isEmptyWindow = (inspected: InspectedDataset, { rowsExtracted }: LandedAttempt): boolean =>
  inspected.dataset.sync.kind === "incremental" && inspected.purpose.kind !== "refresh" && rowsExtracted === 0;

async function orAbandon<T>(
  context: RunContext,
  inspected: InspectedDataset,
  mayHaveCommitted: boolean,
  run: () => Promise<T>,
): Promise<T> {
  try {
    return await run();
  } catch (error) {
    await abandonAttempt(context, inspected, { error, mayHaveCommitted });
    throw error;
  }
}

interface ReadyAttempt extends LandedAttempt {
  readonly staged: StagedWrite;
}

/** Extracts, lands, verifies and checks. Nothing is visible. */
async function landAttempt(
  context: RunContext,
  inspected: InspectedDataset,
  {
    next,
    record,
    snapshotMicros,
  }: {
    readonly next: Extract<Next, { kind: "attempt" }>;
    readonly record: DatasetRecord;
    readonly snapshotMicros: bigint;
  },
): Promise<ReadyAttempt> {
  const extracted = await record.stage("extract", () =>
    extract(context, inspected, { ...next, record, snapshotMicros }),
  );
  const { attempt } = extracted;
  record.note({
    sql: attempt.sql,
    queryId: attempt.queryId,
    route: attempt.route,
    attemptId: attempt.attemptId,
    laneVersion: attempt.laneVersion,
    snapshot: instantText(BigInt(attempt.snapshotMicros)),
    window: windowOf(inspected, attempt.window),
  });
  const registered = await record.stage("land", () => landOrRegister(context, inspected, { ...extracted, record }));
  if (registered.kind === "refused") {
    const { sourceRows } = extracted;
    const { route } = inspected;
    if (route.name !== "unload") throw new RangeError("only an unload's files can be refused");
    const { refusals } = registered;
    const streamed = await giveUpUnload(context, inspected, { attempt, sourceRows, refusals, route, record });
    return landAttempt(context, streamed.inspected, { next: streamed.next, record, snapshotMicros });
  }
  const { landed } = registered;
  noteLanded(record, inspected, landed);
  if (landed.rowsQuarantined > 0)
    record.notice(
      "ROWS_QUARANTINED",
      `${landed.rowsQuarantined} rows failed a rule and go to ${toQuarantinePath(inspected.name)}; where the table holds an earlier version of such a row, that version stays.`,
    );
  const staged = await stageVerified(context, inspected, { landed, record, snapshot: inspected.snapshot });
  if (!isEmptyWindow(inspected, landed)) await record.stage("check", async () => checkRules(inspected, landed));
  return { ...landed, staged };
}

async function landOrRegister(
  context: RunContext,
  inspected: InspectedDataset,
  { unloaded, ...extracted }: ExtractedAttempt & { readonly record: DatasetRecord },
): Promise<Registered> {
  if (unloaded) return register(context, inspected, { ...extracted, unloaded });
  return { kind: "landed", landed: await land(context, inspected, { ...extracted, unloaded }) };
}

async function commitAttempt(
  context: RunContext,
  inspected: InspectedDataset,
  { landed, record }: { readonly landed: ReadyAttempt; readonly record: DatasetRecord },
): Promise<Committed["status"]> {
  const { status, version } = await record.stage("commit", () =>
    commit(context, inspected, {
      landed,
      staged: landed.staged,
      record,
      stageAnew: (snapshot) => stageVerified(context, inspected, { landed, record, snapshot }),
    }),
  );
  record.note({ deltaVersion: version });
  // Another run's rows are in the table, not these.
  if (status === "alreadyCommitted") record.note({ files: [], removedFiles: [], bytesWritten: 0, checks: [] });
  return status;
}

async function stageVerified(
  context: RunContext,
  inspected: InspectedDataset,
  {
    landed,
    record,
    snapshot,
  }: { readonly landed: LandedAttempt; readonly record: DatasetRecord; readonly snapshot: TableState | undefined },
): Promise<StagedWrite> {
  const staged = await stageWrite(context, inspected, { landed, snapshot, record });
  noteStaged(record, landed, staged);
  await record.stage("verify", () => verify(context, inspected, { landed, staged, record }));
  return staged;
}

/** Nothing is pending any more. The state is a cache: where it cannot be told, the next run finds out from the table. */
async function settle({ state: store, logger }: RunContext, { lane, name }: InspectedDataset): Promise<void> {
  try {
    await store.write(retirePending(await store.read(lane)));
  } catch (error) {
    logger.log("warn", "the window is done, and the state could not be told", {
      dataset: name,
      error: error instanceof Error ? error.message : String(error),
    });
  }
}

function noteInspected(record: DatasetRecord, inspected: InspectedDataset): void {
  const { guarantee, schema, described, dataset } = inspected;
  record.note({ guarantee: guarantee.name, route: inspected.route.name });
  for (const { code, message } of schema.notices) record.notice(code, message);
  if (guarantee.name === "statement") record.notice("WEAKER_GUARANTEE", `The source is ${guarantee.text}.`);
  if (dataset.land.kind === "parquet") record.notice(plainNotice.code, plainNotice.message);
  if (dataset.sync.kind === "full" && described?.table.kind === "view")
    record.notice("ALWAYS_READ", "A view has no fingerprint, so it is read in every run.");
}

function finishWithout(
  record: DatasetRecord,
  inspected: InspectedDataset,
  { next, snapshotMicros }: { readonly next: Exclude<Next, { kind: "attempt" }>; readonly snapshotMicros: bigint },
): DatasetResult {
  const { snapshot, position } = inspected;
  record.note({
    deltaVersion: snapshot?.version ?? null,
    laneVersion: position.version,
    snapshot: instantText(snapshotMicros),
  });
  switch (next.kind) {
    case "settled":
      record.note({
        window: windowOf(inspected, next.attempt.window),
        attemptId: next.attempt.attemptId,
        queryId: next.attempt.queryId,
      });
      return record.finish("alreadyCommitted");
    case "empty":
      record.note({ window: windowOf(inspected, next.window) });
      return record.finish("empty");
    case "done":
      record.note({ window: windowOf(inspected, sliceWindow(inspected.purpose)) });
      return record.finish("alreadyCommitted");
    case "unchanged":
      return record.finish("unchanged");
    default:
      return next satisfies never;
  }
}

function windowOf(
  { dataset: { sync }, columns, purpose }: InspectedDataset,
  window: AttemptWindow | null,
): DatasetResult["window"] {
  return sync.kind === "incremental" && purpose.kind !== "refresh" && window
    ? manifestWindow(cursorOf(sync, columns), window)
    : null;
}

const sliceWindow = (purpose: Purpose): AttemptWindow | null =>
  purpose.kind === "slice" ? purpose.slice.window : null;

function noteLanded(record: DatasetRecord, inspected: InspectedDataset, landed: LandedAttempt): void {
  const { schema } = inspected;
  record.note({
    bytesWritten: sum(landed.files, ({ bytes }) => bytes),
    rules: isEmptyWindow(inspected, landed) ? [] : ruleOutcomes(landed.rules),
    columns: schema.batchFields.map((field, index) =>
      columnSummary(field, landed.landedProfile[index], landed.histograms[index]),
    ),
  });
}

function noteStaged(record: DatasetRecord, landed: LandedAttempt, staged: StagedWrite): void {
  record.note({
    counts: { extracted: landed.rowsExtracted, quarantined: landed.rowsQuarantined, ...staged.counts },
    bytesWritten: sum(staged.added, ({ bytes }) => bytes),
    files: staged.added.map(manifestFile),
    removedFiles: [...staged.removed],
  });
}

const manifestFile = ({ path, rowCount, bytes, sha256, partitionValues }: DataFile): ManifestFile => ({
  path,
  rows: rowCount,
  sizeBytes: bytes,
  sha256: sha256 ?? null,
  partitionValues: { ...partitionValues },
});

const sum = <T>(items: readonly T[], of: (item: T) => number): number =>
  items.reduce((total, item) => total + of(item), 0);
