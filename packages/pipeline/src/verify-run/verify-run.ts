import { definitionHash, type Pipeline } from "@snowmelt/core/definition";
import type { SnapshotVerification } from "@snowmelt/lake/delta";
import type { CursorWindow, SourceProfile } from "@snowmelt/snowflake";
import type { DatasetResult, RunManifest } from "../manifest.ts";
import { pipelineError } from "../pipeline-error.ts";
import { parseBound } from "../plan/parse-bound.ts";
import { resolveRun } from "../plan/resolve-run.ts";
import { cursorOf, cursorWindow } from "../plan/window.ts";
import { resultLabel } from "../result-label.ts";
import { type InspectedSource, inspectSource } from "../stages/inspect-dataset.ts";
import { askProfile } from "./ask-source.ts";
import { compareLake, ofProfile, ofTotals } from "./compare-lake.ts";
import { checkAccount, compareManifest } from "./compare-manifest.ts";
import { readManifest } from "./find-manifests.ts";
import { type LandedTable, openLandedTable } from "./landed-table.ts";
import { compared, excused, lakeChecks, notChecked } from "./rung-check.ts";
import { verdictOf } from "./verdict.ts";
import type { RungCheck, TableVerification, Verification } from "./verification.ts";
import { verifyCatalog } from "./verify-catalog.ts";
import { openVerification, type VerifyContext, type VerifyOptions } from "./verify-context.ts";
import { checkCommitsSince, compareLog, landedAt } from "./verify-log.ts";
import { lookAtFiles } from "./verify-tables.ts";

/**
 * Holds a run, by its manifest or its id, against everything that tells of it: the source as of the run's moment, the log's
 * entry, the files it wrote and the catalog; deep every byte and value of them. Exact as long as time travel at the source
 * reaches back; what cannot be compared any more is a check that says why. Writes nothing. RUN_UNKNOWN for a run without a
 * record, or of another pipeline or environment. May be repeated at any time.
 */
export async function verifyRun(
  definition: Pipeline,
  run: RunManifest | string,
  options: VerifyOptions,
): Promise<Verification> {
  const manifest = typeof run === "string" ? await readManifest(resolveRun(definition, options).runsRoot, run) : run;
  const { runId, pipeline, environment } = manifest;
  if (pipeline !== definition.name || environment !== options.environment) {
    throw pipelineError(
      "RUN_UNKNOWN",
      `The run ${runId} is of the pipeline ${pipeline} in ${environment}; expected one of ${definition.name} in ${options.environment}.`,
    );
  }
  const excuse =
    manifest.definitionHash === definitionHash(definition)
      ? undefined
      : "the definition is another than the run's, so what is asked now may be something else";
  return openVerification(definition, options, {
    runId,
    async work(context, names) {
      const tables: TableVerification[] = [];
      for (const result of manifest.datasets) {
        if (names.includes(result.dataset)) tables.push(await verifyResult(context, result, excuse));
      }
      return tables;
    },
  });
}

async function verifyResult(
  context: VerifyContext,
  result: DatasetResult,
  excuse: string | undefined,
): Promise<TableVerification> {
  const startedMs = context.clock.monotonicMs();
  const { dataset, source, deltaVersion, snapshot, outcome } = result;
  const close = (
    found: Pick<TableVerification, "table" | "files" | "rows" | "bytes" | "checks">,
  ): TableVerification => {
    const verdict = verdictOf(found.checks);
    return {
      dataset: resultLabel(result),
      source,
      deltaVersion,
      sourceAsOf: snapshot,
      ...found,
      verdict,
      passed: verdict === "agrees",
      durationMs: Math.round(context.clock.monotonicMs() - startedMs),
    };
  };
  if (deltaVersion === null || (outcome !== "committed" && outcome !== "alreadyCommitted")) {
    const because = `it committed nothing: ${outcome}`;
    const told = notChecked("run", { name: "the run", subject: resultLabel(result), because });
    const check =
      outcome === "failed"
        ? told
        : compared("run", {
            name: "files of a run that committed nothing",
            subject: resultLabel(result),
            expected: "0",
            actual: `${result.files.length}`,
          });
    return close({ table: result.table, files: 0, rows: null, bytes: 0, checks: [check] });
  }
  const inspected = await inspectSource(context, dataset);
  const { table } = inspected;
  const [newest, left] = [
    await openLandedTable(table, { signal: context.signal }),
    await landedAt(table, deltaVersion, context.signal),
  ];
  const live = new Set(result.files.flatMap(({ path }) => (newest?.fileOf(path) ? [path] : [])));
  const files = newest && (await lookAtFiles(context, dataset, { landed: newest, only: live }));
  const profile = await profileWindow(context, inspected, result);
  const replaced = result.files.length - live.size;
  const checks = [
    ...("because" in profile
      ? [notChecked("source", { name: "rows and columns", subject: "the run's window", because: profile.because })]
      : compareManifest(profile.answer, inspected.schema.batchFields, result).map((check) => excused(check, excuse))),
    ...checkAccount(result),
    ...compareLog(result, left),
    ...(newest ? [await checkCommitsSince(table, deltaVersion, context.signal)] : []),
    ...(files ? lakeChecks("files", files) : []),
    ...(replaced > 0
      ? [
          notChecked("files", {
            name: "file",
            subject: `${replaced} files`,
            because: "later commits have replaced them",
          }),
        ]
      : []),
    ...("answer" in profile && files
      ? compareFiles(profile.answer, { result, files, landed: newest }).map((check) => excused(check, excuse))
      : []),
    ...(newest ? await verifyCatalog(context, inspected, newest) : []),
  ];
  return close({
    table: newest?.uri ?? result.table,
    files: files?.files ?? 0,
    rows: files?.rows ?? null,
    bytes: files?.bytes ?? 0,
    checks,
  });
}

/** The source as of the run's own moment, asked for the run's own rows. */
async function profileWindow(
  context: VerifyContext,
  inspected: InspectedSource,
  { snapshot, guarantee, window, purpose }: DatasetResult,
) {
  if (snapshot === null || inspected.guarantee.name !== "snapshot")
    return { because: `the source cannot be read as of a moment: ${inspected.guarantee.text}` };
  if (!guarantee.startsWith("snapshot")) return { because: `the run did not read a snapshot: ${guarantee}` };
  const asked = purpose === "refresh" ? undefined : windowOf(inspected, window, purpose);
  const level = context.deep ? "full" : inspected.dataset.verify;
  return askProfile(context, inspected, { window: asked, atMicros: parseMicros(snapshot), level });
}

function windowOf(
  { dataset: { sync }, columns }: InspectedSource,
  window: DatasetResult["window"],
  purpose: DatasetResult["purpose"],
): CursorWindow | undefined {
  if (sync.kind !== "incremental" || window === null) return undefined;
  const cursor = cursorOf(sync, columns);
  const bound = (text: string): string => String(parseBound(text, cursor));
  const { lo, hi } = window;
  const withNulls = purpose === "live" && sync.nulls === "everyRun";
  return cursorWindow(cursor, { lo: lo === null ? null : bound(lo), hi: bound(hi) }, withNulls);
}

const instant = { column: "the snapshot", type: { kind: "timestamp_ltz", scale: 9 } } as const;
const parseMicros = (text: string): bigint => parseBound(text, instant);

/** The values in the files, where they are those of the window and no others. */
function compareFiles(
  profile: SourceProfile,
  {
    result,
    files,
    landed,
  }: { readonly result: DatasetResult; readonly files: SnapshotVerification; readonly landed: LandedTable | undefined },
): RungCheck[] {
  const { counts } = result;
  const subject = "the files of the run";
  const not = (because: string): RungCheck[] => [notChecked("source", { name: "columns", subject, because })];
  if (!landed || files.rows !== counts.extracted || counts.inserted !== counts.extracted)
    return not(
      "they do not hold the rows of the window alone: a merge writes others along, and later commits replace files",
    );
  const held = files.profiles ? files.profiles.map(ofProfile) : files.columns.map(ofTotals);
  return compareLake(profile, landed.fields, held);
}
