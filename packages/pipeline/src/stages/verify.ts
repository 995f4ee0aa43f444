import { type DataFile, verifyFiles } from "@snowmelt/lake/delta";
import { rowDigestText } from "@snowmelt/snowflake";
import type { Check } from "../manifest.ts";
import { pipelineError } from "../pipeline-error.ts";
import type { RunContext } from "../run/run-context.ts";
import type { StageRecord } from "../run/stage-record.ts";
import { compareSource } from "./compare-source.ts";
import { digestResult, profileResult, profileSource } from "./count-source.ts";
import type { InspectedDataset } from "./inspect-dataset.ts";
import type { LandedAttempt } from "./land.ts";
import type { StagedWrite } from "./stage-write.ts";

/**
 * Holds the landed rows against the source, the statement, the files' footers and the statistics the log will carry. Every
 * comparison is noted, passed or not; VERIFICATION_FAILED when one did not, and nothing has been committed.
 */
export async function verify(
  context: RunContext,
  inspected: InspectedDataset,
  {
    landed,
    staged,
    record,
  }: { readonly landed: LandedAttempt; readonly staged: StagedWrite; readonly record: StageRecord },
): Promise<void> {
  const checks = [
    ...(await sourceChecks(context, inspected, { landed, record })),
    ...countChecks(landed, staged),
    ...logChecks(staged, record),
    ...nullChecks(inspected, landed),
    ...(await fileChecks(context, inspected, staged.added)),
  ];
  record.note({ checks });
  const failed = checks.filter(({ passed }) => !passed);
  if (failed.length === 0) return;
  const told = failed
    .slice(0, 5)
    .map(({ name, expected, actual }) => `${name}: expected ${expected}, got ${actual}`)
    .join("; ");
  throw pipelineError(
    "VERIFICATION_FAILED",
    `What was landed of ${inspected.name} does not add up: ${told}. Nothing was committed.`,
    { details: { failed } },
  );
}

async function sourceChecks(
  context: RunContext,
  inspected: InspectedDataset,
  { landed, record }: { readonly landed: LandedAttempt; readonly record: StageRecord },
): Promise<Check[]> {
  const { attempt, sourceRows, rowsExtracted, extractedProfile, unloaded } = landed;
  const rowCount =
    unloaded?.rowCount ?? (await context.session.openResult(attempt.queryId, { signal: context.signal })).rowCount;
  const checks = [equal("rows of the statement = rows extracted", rowCount, rowsExtracted)];
  if (sourceRows !== null)
    checks.push(equal("rows at the source at the snapshot = rows extracted", sourceRows, rowsExtracted));
  const level = inspected.dataset.verify;
  if (level === "rows") return checks;
  const { window, queryId } = attempt;
  const asked = { window, snapshotMicros: BigInt(attempt.snapshotMicros), level };
  const profile =
    (await profileSource(context, inspected, asked)) ??
    (unloaded ? undefined : await profileResult(context, inspected, { queryId, level }));
  if (!profile) {
    record.notice(
      "RESULT_NOT_PROFILED",
      "The source cannot be read again as of this moment, and the server does not let the query's result be queried: rows were counted, values were not compared.",
    );
    return checks;
  }
  if (unloaded && level === "full")
    record.notice(
      "SUMS_NOT_COMPARED",
      "Snowflake wrote the files, so values were compared by what their footers tell: how many, how many NULL, the least and the greatest where they are exact. Sums and lengths were not.",
    );
  const compared = compareSource(profile, inspected.schema.batchFields, extractedProfile);
  if (compared.notCompared.length > 0)
    record.notice("NOT_COMPARED", `Not compared with the source: ${compared.notCompared.join("; ")}.`);
  return [...checks, ...compared.checks, ...(await digestChecks(context, inspected, { landed, record }))];
}

/** Every row as it is stored at the server, against every row as it came. */
async function digestChecks(
  context: RunContext,
  inspected: InspectedDataset,
  { landed: { attempt, digest }, record }: { readonly landed: LandedAttempt; readonly record: StageRecord },
): Promise<Check[]> {
  if (!digest) return [];
  const stored = await digestResult(context, inspected, attempt.queryId);
  if (stored) {
    const [expected, actual] = [rowDigestText(stored), rowDigestText(digest)];
    return [
      { name: "digest of the result's rows = of the rows that came", expected, actual, passed: expected === actual },
    ];
  }
  record.notice(
    "RESULT_NOT_DIGESTED",
    "The server does not let the query's result be queried any more: rows were compared with the source by count, sums and extremes, not one by one.",
  );
  return [];
}

function countChecks({ rowsExtracted, rowsQuarantined, quarantined }: LandedAttempt, { counts }: StagedWrite): Check[] {
  const { inserted, updated, skippedAsOlder } = counts;
  const quarantinedRows = quarantined.reduce((sum, { rowCount }) => sum + rowCount, 0);
  return [
    equal(
      "rows extracted = inserted + updated + skipped as older + quarantined",
      rowsExtracted,
      inserted + updated + skippedAsOlder + rowsQuarantined,
    ),
    equal("rows quarantined = rows of the quarantine files", rowsQuarantined, quarantinedRows),
  ];
}

/** What a reader of the log will count, against what the write says it does. */
function logChecks({ rowsByLog: rows, counts }: StagedWrite, record: StageRecord): Check[] {
  const { inserted, deleted, rowsBefore } = counts;
  if (rows !== undefined)
    return [
      equal(
        "rows before + inserted - deleted = rows of the new version by its log",
        rowsBefore + inserted - deleted,
        rows,
      ),
    ];
  record.notice(
    "ROWS_NOT_IN_LOG",
    "Files of another writer have no statistics in the table's log, so the rows of the new version were not compared with it.",
  );
  return [];
}

/** What was seen of the batches against what the files' writers counted. */
function nullChecks({ schema, layout }: InspectedDataset, { landedProfile, files, unloaded }: LandedAttempt): Check[] {
  // The footers are all that was seen.
  if (unloaded) return [];
  return layout.fileFields.map(({ name }) => {
    const seen = landedProfile[schema.batchFields.findIndex((field) => field.name === name)]?.nullCount ?? -1;
    const written = files.reduce(
      (sum, { summary }) => sum + (summary.columns.find((column) => column.name === name)?.nullCount ?? 0),
      0,
    );
    return equal(`${name}: NULLs of the rows = of the files`, seen, written);
  });
}

/** Every file of the commit, read back from the store. Agreement is told once a kind, a difference once a file. */
async function fileChecks(
  { signal }: RunContext,
  { table, layout, schema }: InspectedDataset,
  files: readonly DataFile[],
): Promise<Check[]> {
  const expectedRows = files.reduce((sum, { rowCount }) => sum + rowCount, 0);
  const { checks } = await verifyFiles(table, files, { layout, expectedRows, alwaysIndexed: schema.key, signal });
  const byKind = Map.groupBy(checks, ({ name }) => name);
  return [...byKind].flatMap(([name, found]): Check[] => {
    const failed = found.filter(({ passed }) => !passed);
    const only = found[0];
    if (failed.length > 0)
      return failed.map(({ subject, expected, actual }) => ({
        name: `${name}: ${subject}`,
        expected,
        actual,
        passed: false,
      }));
    if (found.length === 1 && only)
      return [{ name: `${name}: ${only.subject}`, expected: only.expected, actual: only.actual, passed: true }];
    return [
      { name: `${name}: as landed`, expected: `${found.length} files`, actual: `${found.length} files`, passed: true },
    ];
  });
}

function equal(name: string, expected: bigint | number, actual: bigint | number): Check {
  return { name, expected: String(expected), actual: String(actual), passed: BigInt(expected) === BigInt(actual) };
}
