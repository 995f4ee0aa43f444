import type { DatasetResult } from "../manifest.ts";
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
    return record.finish(noteWithout(record, inspected, { next, snapshotMicros }));
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
  noteAttempt(record, inspected, attempt);
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
  const committed = await record.stage("commit", () =>
    commit(context, inspected, {
      landed,
      staged: landed.staged,
      record,
      stageAnew: (snapshot) => stageVerified(context, inspected, { landed, record, snapshot }),
    }),
  );
  noteCommitted(record, committed);
  return committed.status;
}
