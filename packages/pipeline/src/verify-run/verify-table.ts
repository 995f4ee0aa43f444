import { resolve } from "node:path";
import { type Clock, type Random, systemClock, systemRandom } from "@snowmelt/core/ports";
import { openTableAt } from "@snowmelt/lake/plain";
import { readSnapshotAt } from "@snowmelt/lake/read";
import { isPlainTable } from "../lake/dataset-table.ts";
import { type LakeAccess, openLake } from "../lake/open-lake.ts";
import { snowmeltVersion } from "../snowmelt-version.ts";
import { openLandedTable } from "./landed-table.ts";
import { compared, lakeChecks, notChecked } from "./rung-check.ts";
import { verdictOf } from "./verdict.ts";
import type { RungCheck, Verification } from "./verification.ts";
import type { VerifyOptions } from "./verify-context.ts";
import { lookAtFiles } from "./verify-tables.ts";

export interface VerifyTableOptions
  extends Pick<VerifyOptions, "deep" | "runsRoot" | "baseDirectory" | "onProgress" | "signal"> {
  /** How a bucket is reached. @default as the environment says */
  readonly lake?: LakeAccess | undefined;
  readonly clock?: Clock | undefined;
  readonly random?: Random | undefined;
}

/**
 * Holds a table, by its address alone, against what it tells of itself: its log or manifests, its files, their footers and
 * statistics; deep every byte and value. Neither its source nor its catalog is asked, for an address names none, and the
 * report says so. A folder, `file://…` or `s3://bucket/prefix`; of Snowmelt or of another writer. Writes nothing. Throws
 * DELTA_TABLE_MISSING where there is no table. May be repeated at any time.
 */
export async function verifyTable(address: string, options: VerifyTableOptions = {}): Promise<Verification> {
  const { clock = systemClock, random = systemRandom, deep = false, onProgress } = options;
  const signal = options.signal ?? new AbortController().signal;
  const base = options.baseDirectory ?? process.cwd();
  const root = placeOf(address, base);
  const startedMs = clock.monotonicMs();
  const startedAt = new Date(clock.nowMs()).toISOString();
  await using lake = await openLake(root, { root }, options.lake);
  const table = await openTableAt({ store: lake.store, path: "", clock, random }, { signal });
  // Says what is missing, and where, in the words of a reader.
  if (!isPlainTable(table)) await readSnapshotAt(table, { signal });
  const landed = await openLandedTable(table, { signal });
  if (!landed) throw new TypeError(`The table at ${root} went while it was opened.`);
  const name = nameOf(root);
  const runsRoot = resolve(base, options.runsRoot ?? ".snowmelt/runs");
  const files = await lookAtFiles({ deep, runsRoot, signal, onProgress }, name, { landed });
  const checks: RungCheck[] = [
    ...rowChecks(landed.rowCount, files.rows, landed.told.kind === "delta" ? "the log" : "the manifest"),
    ...lakeChecks("files", files),
    notChecked("source", { name: "rows and columns", subject: "the table", because: `${noDefinition} its source` }),
    notChecked("catalog", { name: "table", subject: "the table", because: `${noDefinition} its catalog` }),
  ];
  const verdict = verdictOf(checks);
  const passed = verdict === "agrees";
  return {
    verificationVersion: 1,
    pipeline: null,
    environment: null,
    lake: lake.store.uri,
    runId: null,
    deep,
    snowmeltVersion,
    startedAt,
    finishedAt: new Date(clock.nowMs()).toISOString(),
    verdict,
    passed,
    tables: [
      {
        dataset: name,
        source: "not asked",
        table: lake.store.uri,
        deltaVersion: landed.version,
        sourceAsOf: null,
        files: files.files,
        rows: files.rows ?? null,
        bytes: files.bytes,
        verdict,
        passed,
        checks,
        durationMs: Math.round(clock.monotonicMs() - startedMs),
      },
    ],
  };
}

const noDefinition = "a table's address does not say what it is landed from; verify the pipeline to hold it against";

/** In all, by who names the files and by their footers. */
function rowChecks(told: number | undefined, counted: number | undefined, by: string): RungCheck[] {
  const [name, subject] = ["rows in all", by];
  if (told === undefined)
    return [notChecked("files", { name, subject, because: "not every file has statistics in the log" })];
  if (counted === undefined)
    return [notChecked("files", { name, subject, because: "not every footer of the table could be read" })];
  return [compared("files", { name, subject, expected: `${told}`, actual: `${counted}` })];
}

const placeOf = (address: string, base: string): string =>
  /^[a-z][a-z0-9+.-]+:\/\//i.test(address) ? address.replace(/\/+$/, "") : resolve(base, address);

const nameOf = (root: string): string => root.split(/[\\/]/).filter(Boolean).at(-1) ?? root;
