import { bindRule } from "@snowmelt/core/quality";
import type { ColumnBatch } from "@snowmelt/core/types";
import { type DataFile, type FileRefusal, readTableFile, registerFiles } from "@snowmelt/lake/delta";
import type { UnloadResult } from "@snowmelt/snowflake";
import type { RunContext } from "../run/run-context.ts";
import type { StageRecord } from "../run/stage-record.ts";
import type { ExtractedAttempt } from "./extract.ts";
import { footerProfiles } from "./footer-profiles.ts";
import type { InspectedDataset } from "./inspect-dataset.ts";
import type { LandedAttempt } from "./land.ts";
import { openKeys, openRules, tracksKeys } from "./row-checks.ts";
import { filesInLake } from "./staged-unload.ts";

export type Registered =
  | { readonly kind: "landed"; readonly landed: LandedAttempt }
  /** Some file is not what the table declares: none of them will be part of it. */
  | { readonly kind: "refused"; readonly refusals: readonly FileRefusal[] };

/**
 * Takes an unload's files for the attempt's: by their footers, and by the columns that rules and the key look at, which are
 * read back; nothing else is. Nothing becomes visible. May be repeated, also by another process.
 */
export async function register(
  context: RunContext,
  inspected: InspectedDataset,
  {
    record,
    unloaded,
    ...extracted
  }: ExtractedAttempt & { readonly record: StageRecord; readonly unloaded: UnloadResult },
): Promise<Registered> {
  const { signal } = context;
  const { table, layout, schema } = inspected;
  const { attempt, sourceRows } = extracted;
  const outcome = await registerFiles(table, {
    files: await filesInLake(context, inspected, { attempt, unloaded, record }),
    layout,
    attemptId: attempt.unloadId ?? attempt.attemptId,
    alwaysIndexed: schema.key,
    signal,
  });
  if (outcome.status === "refused") return { kind: "refused", refusals: outcome.refusals };
  const { files } = outcome;
  const rowsExtracted = files.reduce((sum, { rowCount }) => sum + rowCount, 0);
  const bytesWritten = files.reduce((sum, { bytes }) => sum + bytes, 0);
  const rowsExpected = sourceRows === null ? null : Number(sourceRows);
  record.progress("land", { rows: rowsExtracted, rowsExpected, bytesWritten });
  const looked = await lookAtRows(context, inspected, files);
  const profile = footerProfiles(files, schema.batchFields);
  const landed: LandedAttempt = {
    ...extracted,
    unloaded,
    files,
    quarantined: [],
    rowsExtracted,
    rowsQuarantined: 0,
    extractedProfile: profile,
    landedProfile: profile,
    digest: undefined,
    histograms: [],
    ...looked,
  };
  return { kind: "landed", landed };
}

/** Rules and key, over their own columns alone. */
async function lookAtRows(
  context: RunContext,
  inspected: InspectedDataset,
  files: readonly DataFile[],
): Promise<Pick<LandedAttempt, "rules" | "keys">> {
  const { signal } = context;
  const { schema, table } = inspected;
  const names = new Set([
    ...schema.rules.flatMap((rule) => bindRule(rule).columns),
    ...(tracksKeys(inspected) ? schema.key : []),
  ]);
  const fields = schema.batchFields.filter(({ name }) => names.has(name));
  await using evaluation = openRules(context, inspected, { fields });
  await using keys = openKeys(context, inspected, { fields });
  for (const file of files) {
    const batches = fields.length === 0 ? [rowsOnly(file)] : readTableFile(table, file, { fields, signal });
    for await (const batch of batches) {
      signal.throwIfAborted();
      await evaluation.observe(batch);
      await keys?.observe(batch);
    }
  }
  return { rules: await evaluation.finish(), keys: await keys?.finish() };
}

/** Rules without a column count rows, which the footer told. */
const rowsOnly = ({ rowCount }: DataFile): ColumnBatch => ({ fields: [], columns: [], rowCount });
