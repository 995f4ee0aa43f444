import type { JsonRecord } from "@snowmelt/core/engine";
import { z } from "zod";
import type { StageReply, StageRunner, StartCommand } from "../engine/index.ts";
import { isEmptyWindow, noteAttempt, noteLanded } from "../run/note-stages.ts";
import { checkTable } from "../stages/check-table.ts";
import { beginExtract } from "../stages/extract.ts";
import { giveUpUnload } from "../stages/give-up-unload.ts";
import type { InspectedDataset } from "../stages/inspect-dataset.ts";
import { type LandedAttempt, landPiece, type PieceBudget } from "../stages/land.ts";
import { type Registered, register } from "../stages/register.ts";
import { settle } from "../stages/settle.ts";
import { openKeyVault } from "../state/key-vault.ts";
import { found, inspectAttempt, textOf, withAttempt } from "./attempt-work.ts";
import { datasetStage } from "./dataset-stage.ts";
import { Extracted, Landed, NotesOfStage, Piece } from "./hand-over.ts";
import { notesKey, type OpenStage, type StageTask } from "./stage-task.ts";

/** What a piece may hold beside the time it has. */
export type PieceLimits = Pick<PieceBudget, "maxRows" | "maxBytes">;

/** Where a landing goes on: behind the piece that began at `from`; of the attempt that streams in an unload's stead, if one does. */
const Position = z.object({ row: z.int(), from: z.int().nullable(), instead: z.string().nullable() });
type Position = z.infer<typeof Position>;

const begin: Position = { row: 0, from: null, instead: null };
type Yielded = { readonly reply: StageReply };

/**
 * Lands what was extracted: the files of an unload by their footers, or a result as a stream, by pieces that fit into the time
 * of a call. A piece is written down under the row it begins with, by whoever is first: a repeat goes on behind it, and the files of a
 * try that was killed are orphans of the attempt.
 */
export function landStage(open: OpenStage, limits: PieceLimits): StageRunner {
  return datasetStage(open, async (task, command) => {
    const position = command.position ? Position.parse(command.position) : begin;
    const { objects, name, context } = task;
    const at = position.instead ? insteadKey(position.instead) : textOf(command.results.extract, "extracted");
    const extracted = found(await objects.find(at, Extracted, context), name);
    const { attempt } = extracted;
    const inspected = await inspectAttempt(task, extracted);
    return withAttempt(task, { attempt, inspected }, async () => {
      const landed = await objects.find(landedKey(attempt.attemptId), Landed, context);
      if (landed) return ended(task, { key: command.key, inspected, landed });
      if (extracted.unloaded) return landUnloaded(task, { command, inspected, extracted });
      return orElsewhere(task, { command, inspected, extracted }, () =>
        landStreamed(task, { command, inspected, extracted, position, limits }),
      );
    });
  });
}

const landedKey = (attemptId: string): string => `attempts/${attemptId}/landed.json`;
const insteadKey = (attemptId: string): string => `attempts/${attemptId}/instead.json`;
const pieceKey = (attemptId: string, row: number): string => `attempts/${attemptId}/pieces/${row}.json`;
/** Below it are the keys of pieces, of use until the last of them is landed. */
const vaultPrefix = (attemptId: string): string => `attempts/${attemptId}/keys/`;

interface Landing {
  readonly command: StartCommand;
  readonly inspected: InspectedDataset;
  readonly extracted: Extracted;
}

/** A try that was believed to be dead may have landed the last piece meanwhile, and taken away what this one needs. */
async function orElsewhere(
  task: StageTask,
  { command: { key }, inspected, extracted }: Landing,
  run: () => Promise<Yielded>,
): Promise<Yielded> {
  try {
    return await run();
  } catch (error) {
    const landed = await task.objects.find(landedKey(extracted.attempt.attemptId), Landed);
    if (landed) return ended(task, { key, inspected, landed });
    throw error;
  }
}

async function landStreamed(
  task: StageTask,
  {
    command,
    inspected,
    extracted,
    position,
    limits,
  }: Landing & { readonly position: Position; readonly limits: PieceLimits },
): Promise<Yielded> {
  const { context, objects, record } = task;
  const { random, signal, clock } = context;
  const { attemptId, queryId } = extracted.attempt;
  const { row, from, instead } = position;
  if (instead !== null && row === 0 && (await context.session.queryPhase(queryId, { signal })) === "running")
    return { reply: stillRuns(queryId) };
  const done = await objects.find(pieceKey(attemptId, row), Piece, { signal });
  if (done) return yielded({ row: done.next.row, from: row, instead });
  const before = from === null ? undefined : found(await objects.find(pieceKey(attemptId, from), Piece), task.name);
  const { facts: _, route: __, notes: earlier, ...attempt } = extracted;
  const piece = await record.stage("land", () =>
    landPiece(context, inspected, {
      ...attempt,
      record,
      from: before?.next ?? { row: 0, edge: undefined, tallies: undefined },
      budget: { ...limits, deadlineAtMs: deadlineOf(task.deadlineAtMs, clock.nowMs()) },
      vault: openKeyVault(context.stateObjects, vaultPrefix(attemptId), { random, signal }),
    }),
  );
  if (piece.kind === "part") {
    const { kind: __, files, quarantined, ...rest } = piece;
    const own: Piece = {
      ...rest,
      files: [...files],
      quarantined: [...quarantined],
      fromRow: row,
      notes: record.notes(),
    };
    const kept = await objects.keep(pieceKey(attemptId, row), Piece, own, { signal });
    return yielded({ row: kept.next.row, from: row, instead });
  }
  const pieces = await piecesBefore(task, attemptId, row);
  const { kind: ___, tallied, ...own } = piece;
  const all = [...pieces, own];
  const landed = {
    ...attempt,
    ...tallied,
    files: all.flatMap(({ files }) => files),
    quarantined: all.flatMap(({ quarantined }) => quarantined),
    rowsQuarantined: all.reduce((sum, { rowsQuarantined }) => sum + rowsQuarantined, 0),
  };
  return keepLanded(task, {
    command,
    inspected,
    extracted,
    landed,
    notes: [...earlier, ...pieces.map(({ notes }) => notes)],
  });
}

/** What lies behind the pieces: those that follow one another from the first row to this one. */
async function piecesBefore({ objects, name }: StageTask, attemptId: string, row: number): Promise<Piece[]> {
  const pieces: Piece[] = [];
  for (let at = 0; at < row; ) {
    const piece = found(await objects.find(pieceKey(attemptId, at), Piece), name);
    pieces.push(piece);
    at = piece.next.row;
  }
  return pieces;
}

async function landUnloaded(task: StageTask, landing: Landing): Promise<Yielded> {
  const { context, record } = task;
  const { inspected, extracted } = landing;
  const { facts: _, notes: __, route, unloaded, ...attempt } = extracted;
  if (!unloaded) throw new RangeError("only what was unloaded can be registered");
  const registered: Registered = await record.stage("land", () =>
    register(context, inspected, { ...attempt, unloaded, record }),
  );
  if (registered.kind === "landed") return keepLanded(task, { ...landing, landed: registered.landed, notes: [] });
  if (route.name !== "unload") throw new RangeError("only an unload's files can be refused");
  const { refusals } = registered;
  const { inspected: streamed, next } = await giveUpUnload(context, inspected, { ...attempt, refusals, route, record });
  const begun = await beginExtract(context, streamed, next);
  const { attemptId } = begun.attempt;
  noteAttempt(record, streamed, begun.attempt);
  const { isRepeat: ___, ...instead } = begun;
  await task.objects.keep(insteadKey(attemptId), Extracted, {
    ...instead,
    unloaded: null,
    facts: extracted.facts,
    route: streamed.route,
    notes: [record.notes()],
  });
  return yielded({ row: 0, from: null, instead: attemptId });
}

async function keepLanded(
  task: StageTask,
  {
    command,
    inspected,
    extracted: { facts, route },
    landed,
    notes,
  }: Landing & { readonly landed: LandedAttempt; readonly notes: Landed["notes"] },
): Promise<Yielded> {
  const { record, objects, context } = task;
  const { signal } = context;
  noteLanded(record, inspected, landed);
  if (isEmptyWindow(inspected, landed))
    await record.stage("check", () => checkTable(context, inspected, { record, outcome: "empty" }));
  const whole = {
    ...landed,
    files: [...landed.files],
    quarantined: [...landed.quarantined],
    extractedProfile: [...landed.extractedProfile],
    landedProfile: [...landed.landedProfile],
    histograms: [...landed.histograms],
    rules: landed.rules.map((rule) => ({ ...rule, samples: [...rule.samples] })),
    keys: landed.keys && { ...landed.keys, samples: [...landed.keys.samples] },
    facts,
    route,
    notes: [...notes, record.notes()],
  };
  const kept = await objects.keep(landedKey(landed.attempt.attemptId), Landed, whole, { signal });
  return ended(task, { key: command.key, inspected, landed: kept });
}

/** The stage's end, told again by a repeat; the keys of the pieces are of no use any more. */
async function ended(
  task: StageTask,
  { key, inspected, landed }: { readonly key: string; readonly inspected: InspectedDataset; readonly landed: Landed },
): Promise<Yielded> {
  const { context, objects } = task;
  const { attemptId } = landed.attempt;
  await objects.forget(vaultPrefix(attemptId));
  const notes = notesKey(key);
  await objects.keep(notes, NotesOfStage, { notes: landed.notes });
  const isEmpty = isEmptyWindow(inspected, landed);
  if (isEmpty) await settle(context, inspected);
  const result: JsonRecord = {
    outcome: isEmpty ? "empty" : "landed",
    landed: landedKey(attemptId),
    attemptId,
    rows: landed.rowsExtracted,
    calls: landed.notes.length,
    peakRssBytes: Math.max(...landed.notes.map(({ peakRssBytes }) => peakRssBytes)),
    notes,
  };
  return { reply: { kind: "succeeded", result, ...(isEmpty ? { goTo: "catalog" } : {}) } };
}

/** Kept back of a call's time for the ends of the files and what is written down: more than a function keeps back before it aborts. */
function deadlineOf(deadlineAtMs: number, nowMs: number): number {
  if (!Number.isFinite(deadlineAtMs)) return Number.POSITIVE_INFINITY;
  return deadlineAtMs - Math.min(120_000, Math.max(10_000, (deadlineAtMs - nowMs) * 0.2));
}

const yielded = (position: Position): Yielded => ({ reply: { kind: "yielded", position } });

const stillRuns = (queryId: string): StageReply => ({
  kind: "failed",
  failure: {
    code: "QUERY_RUNNING",
    message: `Query ${queryId}, which streams what could not be unloaded, is still under way.`,
    retryable: true,
    isDeferral: true,
    retryAfterMs: 5_000,
  },
});
