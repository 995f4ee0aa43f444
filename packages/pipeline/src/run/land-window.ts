import { abandonAttempt, sweepAttempts } from "../stages/abandon-attempt.ts";
import { catalogTable } from "../stages/catalog.ts";
import { checkRules } from "../stages/check-rules.ts";
import { checkTable } from "../stages/check-table.ts";
import { type Committed, commit } from "../stages/commit.ts";
import { type ExtractedAttempt, extract } from "../stages/extract.ts";
import { giveUpUnload } from "../stages/give-up-unload.ts";
import type { InspectedDataset } from "../stages/inspect-dataset.ts";
import { type LandedAttempt, land } from "../stages/land.ts";
import { type Next, nextAttempt } from "../stages/next-attempt.ts";
import { type Registered, register } from "../stages/register.ts";
import { settle } from "../stages/settle.ts";
import { stageVerified } from "../stages/stage-verified.ts";
import type { StagedWrite } from "../stages/stage-write.ts";
import type { DatasetRecord } from "./dataset-record.ts";
import { isEmptyWindow, noteAttempt, noteCommitted, noteInspected, noteLanded, noteWithout } from "./note-stages.ts";
import type { RunContext } from "./run-context.ts";
import type { StageEnd, TaskRoutine } from "./task-routine.ts";

type Steps<T> = AsyncGenerator<StageEnd, T, undefined>;

/**
 * Lands one window of an inspected dataset, or finds that there is none, stage by stage. The lease is held by the caller. Throws
 * what stopped it, or was thrown into it: nothing is visible then, or another run's commit is, and the window stays pending unless
 * its rows are why.
 */
export async function* landWindow(
  context: RunContext,
  inspected: InspectedDataset,
  { record, snapshotMicros }: { readonly record: DatasetRecord; readonly snapshotMicros: bigint },
): TaskRoutine {
  noteInspected(record, inspected);
  const next = await record.stage("plan", () => nextAttempt(context, inspected, { record, snapshotMicros }));
  if (next.kind !== "attempt") {
    await sweepAttempts(context, inspected);
    const { kind } = next;
    if (kind === "empty" || kind === "unchanged")
      await record.stage("check", () => checkTable(context, inspected, { record, outcome: kind }));
    yield { stage: "extract", result: { outcome: kind }, goTo: "catalog" };
    yield* catalogued(context, inspected, record);
    return record.finish(noteWithout(record, inspected, { next, snapshotMicros }));
  }
  const landed = yield* orAbandon(context, inspected, false, () =>
    landAttempt(context, inspected, { next, record, snapshotMicros }),
  );
  if (landed === "empty") {
    yield* catalogued(context, inspected, record);
    return record.finish("empty");
  }
  const committed = yield* orAbandon(context, inspected, true, () =>
    commitAttempt(context, inspected, { landed, record }),
  );
  yield* catalogued(context, inspected, record);
  return record.finish(committed);
}

/** An attempt that is given up between two stages is given up as one that failed. */
async function* orAbandon<T>(
  context: RunContext,
  inspected: InspectedDataset,
  mayHaveCommitted: boolean,
  run: () => Steps<T>,
): Steps<T> {
  try {
    return yield* run();
  } catch (error) {
    await abandonAttempt(context, inspected, { error, mayHaveCommitted });
    throw error;
  }
}

async function* catalogued(context: RunContext, inspected: InspectedDataset, record: DatasetRecord): Steps<void> {
  await catalogTable(context, inspected, record);
  yield { stage: "catalog", result: {} };
}

interface ReadyAttempt extends LandedAttempt {
  readonly staged: StagedWrite;
}

interface Asked {
  readonly next: Extract<Next, { kind: "attempt" }>;
  readonly record: DatasetRecord;
  readonly snapshotMicros: bigint;
}

/** Extracts, lands, verifies and checks. Nothing is visible. */
async function* landAttempt(
  context: RunContext,
  inspected: InspectedDataset,
  asked: Asked,
): Steps<ReadyAttempt | "empty"> {
  const { record } = asked;
  const extracted = await extractNoted(context, inspected, asked);
  const { attemptId, queryId } = extracted.attempt;
  yield { stage: "extract", result: { outcome: "extracted", attemptId, queryId } };
  const rows = await landExtracted(context, inspected, { ...asked, extracted });
  const { landed } = rows;
  noteLanded(record, rows.inspected, landed);
  const result = { attemptId: landed.attempt.attemptId, rows: landed.rowsExtracted };
  const isEmpty = isEmptyWindow(rows.inspected, landed);
  const staging = { landed, record, snapshot: rows.inspected.snapshot };
  if (isEmpty) {
    await stageVerified(context, rows.inspected, staging);
    await settle(context, inspected);
    await record.stage("check", () => checkTable(context, inspected, { record, outcome: "empty" }));
    yield { stage: "land", result: { outcome: "empty", ...result }, goTo: "catalog" };
    return "empty";
  }
  yield { stage: "land", result: { outcome: "landed", ...result } };
  const staged = await stageVerified(context, rows.inspected, staging);
  yield { stage: "verify", result: { upon: staged.planned?.version ?? null, added: staged.added.length } };
  await record.stage("check", async () => checkRules(rows.inspected, landed));
  const passed = landed.rules.filter((rule) => rule.passed).length;
  yield { stage: "check", result: { rules: landed.rules.length, passed } };
  return { ...landed, staged };
}

async function extractNoted(
  context: RunContext,
  inspected: InspectedDataset,
  { next, record, snapshotMicros }: Asked,
): Promise<ExtractedAttempt> {
  const extracted = await record.stage("extract", () =>
    extract(context, inspected, { ...next, record, snapshotMicros }),
  );
  noteAttempt(record, inspected, extracted.attempt);
  return extracted;
}

/** What an unload's files are refused for is streamed in their stead, which needs a query of its own. */
async function landExtracted(
  context: RunContext,
  inspected: InspectedDataset,
  { extracted, record, snapshotMicros }: Asked & { readonly extracted: ExtractedAttempt },
): Promise<{ readonly inspected: InspectedDataset; readonly landed: LandedAttempt }> {
  const registered = await record.stage("land", () => landOrRegister(context, inspected, { ...extracted, record }));
  if (registered.kind === "landed") return { inspected, landed: registered.landed };
  const { attempt, sourceRows } = extracted;
  const { route } = inspected;
  if (route.name !== "unload") throw new RangeError("only an unload's files can be refused");
  const { refusals } = registered;
  const streamed = await giveUpUnload(context, inspected, { attempt, sourceRows, refusals, route, record });
  const asked = { next: streamed.next, record, snapshotMicros };
  const again = await extractNoted(context, streamed.inspected, asked);
  return landExtracted(context, streamed.inspected, { ...asked, extracted: again });
}

async function landOrRegister(
  context: RunContext,
  inspected: InspectedDataset,
  { unloaded, ...extracted }: ExtractedAttempt & { readonly record: DatasetRecord },
): Promise<Registered> {
  if (unloaded) return register(context, inspected, { ...extracted, unloaded });
  return { kind: "landed", landed: await land(context, inspected, { ...extracted, unloaded }) };
}

/** The window is settled with its commit: what comes after it is of no matter to the next run. */
async function* commitAttempt(
  context: RunContext,
  inspected: InspectedDataset,
  { landed, record }: { readonly landed: ReadyAttempt; readonly record: DatasetRecord },
): Steps<Committed["status"]> {
  const committed = await record.stage("commit", () =>
    commit(context, inspected, {
      landed,
      staged: landed.staged,
      record,
      stageAnew: (snapshot) => stageVerified(context, inspected, { landed, record, snapshot }),
    }),
  );
  noteCommitted(record, committed);
  await settle(context, inspected);
  await sweepAttempts(context, inspected);
  const { status, version } = committed;
  yield { stage: "commit", result: { outcome: status, version, laneVersion: landed.attempt.laneVersion } };
  return status;
}
