import { resolveExtract } from "@snowmelt/core/definition";
import { describeRule, type KeyReport, type RuleResult } from "@snowmelt/core/quality";
import { type ColumnBatch, durationMs, openProfiler, openVectorBuilder } from "@snowmelt/core/types";
import { type DataFile, type LandedFile, openTableWriter, type TableWriter } from "@snowmelt/lake/delta";
import { type RowDigest, type StreamedBatch, stream } from "@snowmelt/snowflake";
import { type Bucket, openValueSample } from "../record/value-sample.ts";
import type { DatasetRecord } from "../run/dataset-record.ts";
import type { RunContext } from "../run/run-context.ts";
import type { ArrivedColumn } from "./compare-source.ts";
import type { ExtractedAttempt } from "./extract.ts";
import type { InspectedDataset } from "./inspect-dataset.ts";
import { planExtraction } from "./plan-attempt.ts";
import { openQuarantine } from "./quarantine.ts";
import { openKeys, openRules } from "./row-checks.ts";

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

const noRows: RowDigest = { rowCount: 0n, upper: 0n, lower: 0n };

const addDigests = (one: RowDigest, other: RowDigest): RowDigest => ({
  rowCount: one.rowCount + other.rowCount,
  upper: one.upper + other.upper,
  lower: one.lower + other.lower,
});

/** Of open files: beyond it they end early. */
const fileBudgetBytes = 48 << 20;

/** Streams the attempt's result into files below the table's root, looking at every row once. Nothing becomes visible. */
export async function land(
  context: RunContext,
  inspected: InspectedDataset,
  { record, ...extracted }: ExtractedAttempt & { readonly record: DatasetRecord },
): Promise<LandedAttempt> {
  await using evaluation = openRules(context, inspected, inspected.schema.batchFields);
  await using keys = openKeys(context, inspected, inspected.schema.batchFields);
  const writer = openWriter(context, inspected, extracted);
  const descriptions = inspected.schema.rules.map(describeRule);
  const quarantine = openQuarantine(context, inspected, { attempt: extracted.attempt, descriptions });
  const { batchFields } = inspected.schema;
  const extractedProfiler = openProfiler(batchFields);
  const splits = inspected.schema.rules.some(({ onFail }) => onFail === "quarantine");
  const landedProfiler = splits ? openProfiler(batchFields) : extractedProfiler;
  const sample = openValueSample(batchFields);
  let rowsExtracted = 0;
  let digest: RowDigest | undefined = inspected.dataset.verify === "full" ? noRows : undefined;
  try {
    for await (const { batch: read, digest: ofBatch } of streamAttempt(context, inspected, { ...extracted, record })) {
      if (digest && ofBatch) digest = addDigests(digest, ofBatch);
      const batch = withLostColumns(read, batchFields);
      rowsExtracted += batch.rowCount;
      extractedProfiler.add(batch);
      const kept = await quarantine.split(batch, await evaluation.observe(batch));
      if (splits) landedProfiler.add(kept);
      sample.observe(kept);
      await keys?.observe(kept);
      await writer.append(kept);
      record.progress("land", {
        rows: rowsExtracted,
        rowsExpected: extracted.sourceRows === null ? null : Number(extracted.sourceRows),
        bytesWritten: writer.estimatedBytes,
      });
    }
    const files = await writer.finish();
    return {
      ...extracted,
      files,
      quarantined: await quarantine.finish(),
      rowsExtracted,
      digest,
      rowsQuarantined: quarantine.rowCount,
      extractedProfile: extractedProfiler.profiles(),
      landedProfile: landedProfiler.profiles(),
      histograms: sample.histograms(),
      rules: await evaluation.finish(),
      keys: await keys?.finish(),
    };
  } catch (error) {
    await writer.abort(error);
    await quarantine.abort(error);
    throw error;
  }
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
  { attempt, record }: ExtractedAttempt & { readonly record: DatasetRecord },
): AsyncIterable<StreamedBatch> {
  const { definition, environmentName, clock, random, logger, signal, session } = context;
  const { batchRows, parallel, stallTimeout } = resolveExtract(definition, inspected.name, environmentName);
  const plan = planExtraction(inspected, { window: attempt.window, snapshotMicros: BigInt(attempt.snapshotMicros) });
  return stream(session, {
    queryId: attempt.queryId,
    plan,
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
