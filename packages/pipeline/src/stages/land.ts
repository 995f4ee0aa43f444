import { resolveExtract } from "@snowmelt/core/definition";
import { describeRule, type KeyReport, type RuleResult, type RunVault } from "@snowmelt/core/quality";
import { type ColumnBatch, durationMs, openVectorBuilder } from "@snowmelt/core/types";
import { type DataFile, type LandedFile, openTableWriter, type TableWriter } from "@snowmelt/lake/delta";
import { type RowDigest, type StreamedBatch, stream } from "@snowmelt/snowflake";
import type { Bucket } from "../record/value-sample.ts";
import type { RunContext } from "../run/run-context.ts";
import type { StageRecord } from "../run/stage-record.ts";
import type { ArrivedColumn } from "./compare-source.ts";
import type { ExtractedAttempt } from "./extract.ts";
import type { InspectedDataset } from "./inspect-dataset.ts";
import { planExtraction } from "./plan-attempt.ts";
import { openQuarantine } from "./quarantine.ts";
import { type CarriedTallies, openRowTallies, type Tallied } from "./row-tallies.ts";

/** Rows on the lake that no log names yet, and everything that was seen of them on the way. */
export interface LandedAttempt extends ExtractedAttempt {
  readonly files: readonly DataFile[];
  readonly quarantined: readonly LandedFile[];
  readonly rowsExtracted: number;
  readonly rowsQuarantined: number;
  /** Of all extracted rows as they were sent; undefined where none came this way, or values are not verified. */
  readonly digest: RowDigest | undefined;
  /** Of all extracted rows, before any was split off. */
  readonly extractedProfile: readonly ArrivedColumn[];
  /** Of the rows in `files`. The same object where nothing was split off. */
  readonly landedProfile: readonly ArrivedColumn[];
  readonly histograms: readonly { readonly sampledRows: number; readonly histogram: Bucket[] | null }[];
  readonly rules: readonly RuleResult[];
  /** Of the dataset's key, when the rows are all that the table will hold; a merge looks at the keys itself. */
  readonly keys: KeyReport | undefined;
}

/** Of open files: beyond it they end early. */
const fileBudgetBytes = 48 << 20;

/** When a piece has to end, at the next border of its batches. One batch is landed all the same. */
export interface PieceBudget {
  /** By the clock: behind it are only the ends of the files and what is written down. */
  readonly deadlineAtMs: number;
  /** @default no limit */
  readonly maxRows?: number | undefined;
  /** Of the files, about. @default no limit */
  readonly maxBytes?: number | undefined;
}

/** Where a piece begins: behind those before it, with what they saw. */
export interface PieceStart {
  readonly row: number;
  /** Names the rows behind the last one's, as it saw them. */
  readonly edge: string | undefined;
  readonly tallies: CarriedTallies | undefined;
}

/** Rows of a result on the lake that no log names yet. */
export interface LandedRows {
  readonly files: readonly DataFile[];
  readonly quarantined: readonly LandedFile[];
  readonly rowsQuarantined: number;
}

export type LandedPiece =
  /** The result has no more rows. */
  | (LandedRows & { readonly kind: "last"; readonly tallied: Tallied })
  /** `next` says where the next piece begins; where that is behind the last row, it only brings together what was seen. */
  | (LandedRows & { readonly kind: "part"; readonly next: PieceStart & { readonly tallies: CarriedTallies } });

const firstPiece: PieceStart = { row: 0, edge: undefined, tallies: undefined };

/** Streams the attempt's result into files below the table's root, looking at every row once. Nothing becomes visible. */
export async function land(
  context: RunContext,
  inspected: InspectedDataset,
  { record, ...extracted }: ExtractedAttempt & { readonly record: StageRecord },
): Promise<LandedAttempt> {
  const vault = noVault();
  const whole = { from: firstPiece, budget: { deadlineAtMs: Number.POSITIVE_INFINITY }, vault };
  const piece = await landPiece(context, inspected, { ...extracted, ...whole, record });
  if (piece.kind !== "last") throw new RangeError("a piece without an end to its time is the last");
  const { kind: _, tallied, ...rows } = piece;
  return { ...extracted, ...rows, ...tallied };
}

/**
 * Streams as much of the attempt's result as the budget allows, from where the piece before it ended. The files are whole and
 * named by the attempt; those of a try that is not written down are orphans of it. A piece that saw rows behind others' ends
 * as a part even where nothing is left, so that bringing all together has a time of its own. May be repeated from its start.
 */
export async function landPiece(
  context: RunContext,
  inspected: InspectedDataset,
  {
    record,
    from,
    budget,
    vault,
    ...extracted
  }: ExtractedAttempt & {
    readonly record: StageRecord;
    readonly from: PieceStart;
    readonly budget: PieceBudget;
    readonly vault: RunVault;
  },
): Promise<LandedPiece> {
  const { schema } = inspected;
  await using tallies = openRowTallies(context, inspected, from.tallies && { before: from.tallies, vault });
  const writer = openWriter(context, inspected, extracted);
  const descriptions = schema.rules.map(describeRule);
  const quarantine = openQuarantine(context, inspected, { attempt: extracted.attempt, descriptions });
  let next: Pick<PieceStart, "row" | "edge"> | undefined;
  const seen = { rows: 0, total: from.row };
  try {
    const batches = streamAttempt(context, inspected, {
      ...extracted,
      record,
      from,
      onTotal: (rows) => (seen.total = rows),
    });
    for await (const { batch: read, digest, lastRow, edge } of batches) {
      const batch = withLostColumns(read, schema.batchFields);
      const kept = await quarantine.split(batch, await tallies.observe(batch, digest));
      await tallies.observeKept(kept);
      await writer.append(kept);
      record.progress("land", {
        rows: tallies.rowsExtracted,
        rowsExpected: extracted.sourceRows === null ? null : Number(extracted.sourceRows),
        bytesWritten: writer.estimatedBytes,
      });
      seen.rows += batch.rowCount;
      next = { row: lastRow + 1, edge };
      if (isSpent(budget, { rows: seen.rows, bytes: writer.estimatedBytes, nowMs: context.clock.nowMs() })) break;
    }
    const files = await writer.finish();
    const rows = { files, quarantined: await quarantine.finish(), rowsQuarantined: quarantine.rowCount };
    const isLast = (next?.row ?? seen.total) >= seen.total && (from.row === 0 || next === undefined);
    if (isLast) return { kind: "last", ...rows, tallied: await tallies.finish() };
    const reached = next ?? { row: seen.total, edge: undefined };
    return { kind: "part", ...rows, next: { ...reached, tallies: await tallies.carry(vault) } };
  } catch (error) {
    await writer.abort(error);
    await quarantine.abort(error);
    throw error;
  }
}

const isSpent = (
  { deadlineAtMs, maxRows, maxBytes }: PieceBudget,
  { rows, bytes, nowMs }: { readonly rows: number; readonly bytes: number; readonly nowMs: number },
): boolean =>
  nowMs >= deadlineAtMs || (maxRows !== undefined && rows >= maxRows) || (maxBytes !== undefined && bytes >= maxBytes);

/** A piece that is the last needs none. */
function noVault(): RunVault {
  const none = (): never => {
    throw new RangeError("keys that stay in their process need no vault");
  };
  return { seal: none, open: none };
}

function openWriter(context: RunContext, inspected: InspectedDataset, { attempt }: ExtractedAttempt): TableWriter {
  const { definition, environmentName, random, signal } = context;
  return openTableWriter({
    table: inspected.table,
    layout: inspected.layout,
    attemptId: attempt.attemptId,
    random,
    maxFileBytes: resolveExtract(definition, inspected.name, environmentName).maxFileBytes,
    maxHeldBytes: fileBudgetBytes,
    alwaysIndexed: inspected.schema.key,
    signal,
  });
}

function streamAttempt(
  context: RunContext,
  inspected: InspectedDataset,
  {
    attempt,
    record,
    from: { row, edge },
    onTotal,
  }: ExtractedAttempt & {
    readonly record: StageRecord;
    readonly from: PieceStart;
    readonly onTotal: (rows: number) => void;
  },
): AsyncIterable<StreamedBatch> {
  const { definition, environmentName, clock, random, logger, signal, session } = context;
  const { batchRows, parallel, stallTimeout } = resolveExtract(definition, inspected.name, environmentName);
  const plan = planExtraction(inspected, { window: attempt.window, snapshotMicros: BigInt(attempt.snapshotMicros) });
  return stream(session, {
    queryId: attempt.queryId,
    plan,
    from: { row, edge },
    onProgress: ({ totalRows }) => onTotal(totalRows),
    batchRows,
    parallel,
    stallMs: durationMs(stallTimeout),
    digests: inspected.dataset.verify === "full",
    clock,
    random,
    logger,
    signal,
    onRetry: (failure) => record.retry("land", failure),
  });
}

/** Columns that the table has and the source has lost are NULL. */
function withLostColumns(batch: ColumnBatch, fields: InspectedDataset["schema"]["batchFields"]): ColumnBatch {
  const lost = fields.slice(batch.fields.length).map(({ type }) => {
    const builder = openVectorBuilder(type, batch.rowCount);
    for (let row = 0; row < batch.rowCount; row++) builder.appendNull();
    return builder.finish();
  });
  return { fields, columns: [...batch.columns, ...lost], rowCount: batch.rowCount };
}
