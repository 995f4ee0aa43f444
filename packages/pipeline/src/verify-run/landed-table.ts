import type { ColumnBatch, Field } from "@snowmelt/core/types";
import {
  type DeltaTable,
  parseStats,
  type Snapshot,
  type SnapshotVerification,
  snapshotFields,
  snapshotRows,
  tableUri,
  type VerifySnapshotOptions,
  verifySnapshot,
} from "@snowmelt/lake/delta";
import {
  type PlainSnapshot,
  type PlainTable,
  plainFields,
  planPlainRead,
  readPlainHistory,
  verifyPlainFiles,
  verifyPlainTable,
} from "@snowmelt/lake/plain";
import { type ReadQuestion, readPlan, readSnapshotRows } from "@snowmelt/lake/read";
import { type DatasetTable, isPlainTable } from "../lake/dataset-table.ts";
import { landingMoment } from "./landing-moment.ts";

/** A state of a table as verification compares it, whether a Delta log or manifests tell it. */
export interface LandedTable {
  readonly uri: string;
  readonly version: number;
  readonly fields: readonly Field[];
  /** What its lanes have done. */
  readonly txns: Snapshot["txns"];
  /** By what log or manifest say; undefined where they do not. */
  readonly rowCount: number | undefined;
  /** A live file as log or manifest name it; undefined where they do not. */
  readonly fileOf: (path: string) => { readonly sizeBytes: number; readonly rows: number | undefined } | undefined;
  /** Rows in the order of the files. The filter is exact. */
  readonly readRows: (question: ReadQuestion, signal: AbortSignal) => AsyncIterable<ColumnBatch>;
  /** Holds the live files against log or manifest: all of them, or those among `only`. */
  readonly verifyFiles: (options: VerifySnapshotOptions, only?: ReadonlySet<string>) => Promise<SnapshotVerification>;
  /** The moment the source was read as of by the newest landing; undefined where nothing tells it. */
  readonly landingMoment: (signal: AbortSignal) => Promise<bigint | undefined>;
  /** What tells of it. */
  readonly told:
    | { readonly kind: "delta"; readonly table: DeltaTable; readonly snapshot: Snapshot }
    | { readonly kind: "plain"; readonly table: PlainTable; readonly snapshot: PlainSnapshot };
}

/** The newest state of a table, or that of a version; undefined where there is none. May be retried. */
export async function openLandedTable(
  table: DatasetTable,
  options: { readonly version?: number; readonly signal: AbortSignal },
): Promise<LandedTable | undefined> {
  if (isPlainTable(table)) {
    const snapshot = await table.snapshot(options);
    return snapshot && landedPlain(table, snapshot);
  }
  const snapshot = await table.snapshot(options);
  return snapshot && landedDelta(table, snapshot);
}

function landedDelta(table: DeltaTable, snapshot: Snapshot): LandedTable {
  const { version, txns } = snapshot;
  return {
    uri: tableUri(table),
    version,
    txns,
    get fields() {
      return snapshotFields(snapshot);
    },
    get rowCount() {
      return snapshotRows(snapshot);
    },
    fileOf(path) {
      const add = snapshot.files.get(path);
      return add && { sizeBytes: add.size, rows: parseStats(add.stats, [])?.numRecords };
    },
    readRows: (question, signal) => readSnapshotRows(table, snapshot, { ...question, signal }),
    verifyFiles: (options, only) =>
      verifySnapshot(table, only ? { ...snapshot, files: among(snapshot.files, only) } : snapshot, options),
    landingMoment: (signal) => landingMoment(table.history({ signal })),
    told: { kind: "delta", table, snapshot },
  };
}

function landedPlain(table: PlainTable, snapshot: PlainSnapshot): LandedTable {
  const { version, txns, rowCount } = snapshot;
  return {
    uri: tableUri(table),
    version,
    txns,
    rowCount,
    fields: plainFields(snapshot),
    fileOf(path) {
      const file = snapshot.files.get(path);
      return file && { sizeBytes: file.sizeBytes, rows: file.rowCount };
    },
    readRows: (question, signal) => readPlan(table, planPlainRead(snapshot, question), { signal }),
    verifyFiles: (options, only) =>
      only
        ? verifyPlainFiles(table, { ...snapshot, files: among(snapshot.files, only) }, options)
        : verifyPlainTable(table, snapshot, options),
    landingMoment: (signal) => landingMoment(plainCommits(table, signal)),
    told: { kind: "plain", table, snapshot },
  };
}

/** Commits of a plain table in the words of a Delta log. */
async function* plainCommits(table: PlainTable, signal: AbortSignal) {
  for await (const { info, operation } of readPlainHistory(table, { signal }))
    yield { commitInfo: { operation, snowmelt: info } };
}

const among = <T>(files: ReadonlyMap<string, T>, only: ReadonlySet<string>): ReadonlyMap<string, T> =>
  new Map([...files].filter(([path]) => only.has(path)));
