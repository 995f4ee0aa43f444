import { landTypeText } from "@snowmelt/core/types";
import { readLane } from "../delta/lane.ts";
import { attemptOf, toAttemptPrefix } from "../delta/orphans.ts";
import { tableUri } from "../delta/read-commits.ts";
import type { TableDescription } from "../read/describe-table.ts";
import { type FileTotals, summarizeFiles, summarizePartitions } from "../read/summarize-files.ts";
import { manifestGuarantee } from "./manifest-file.ts";
import { type PlainSnapshot, toDeltaFile } from "./plain-snapshot.ts";
import type { PlainTable } from "./plain-table.ts";
import { missingTable } from "./read-plain.ts";
import { type PlainHistoryEntry, readPlainHistory } from "./read-plain-history.ts";

export interface DescribePlainOptions {
  /** @default the newest */
  readonly version?: number | undefined;
  /** Commits listed, from the version described downwards. @default 10 */
  readonly historyEntries?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Files of one run that are live. */
export interface PlainRun extends FileTotals {
  /** Null of files that lie in no run's folder. */
  readonly attemptId: string | null;
  /** Of the run that committed them; null where its manifest is gone. */
  readonly runId: string | null;
  /** That brought them; null where its manifest is gone. */
  readonly version: number | null;
}

/** A plain Parquet table as a person or a machine looks at it. Plain JSON; 64-bit numbers are text. */
export interface PlainTableDescription
  extends Pick<
    TableDescription,
    "uri" | "id" | "name" | "version" | "columns" | "partitionColumns" | "files" | "partitions" | "lanes" | "history"
  > {
  readonly kind: "plain";
  /** ISO 8601, by the writer's clock. */
  readonly committedAt: string;
  readonly guarantee: string;
  /** The runs whose files are live, the newest first. */
  readonly runs: readonly PlainRun[];
  /** Below the table's root: the folder that holds the live files and no others, where a reader of folders is to look; null where they are of several runs. */
  readonly place: string | null;
  /** Versions whose manifests are there. */
  readonly manifests: { readonly oldestVersion: number; readonly newestVersion: number };
}

/** Schema, files, runs, partitions and history of a table, from its manifests alone. PLAIN_TABLE_MISSING, PLAIN_VERSION_MISSING. May be retried. */
export async function describePlainTable(
  table: PlainTable,
  { version, historyEntries = 10, signal }: DescribePlainOptions = {},
): Promise<PlainTableDescription> {
  const given = signal ? { signal } : {};
  const snapshot = await table.snapshot(version === undefined ? given : { version, ...given });
  if (!snapshot) throw missingTable(table, version);
  const entries: PlainHistoryEntry[] = [];
  for await (const entry of readPlainHistory(table, given)) entries.push(entry);
  const history = entries.filter((entry) => entry.version <= snapshot.version).slice(0, historyEntries);
  return {
    kind: "plain",
    uri: tableUri(table),
    ...describePlainSnapshot(snapshot),
    runs: describeRuns(snapshot, entries),
    manifests: {
      oldestVersion: entries.at(-1)?.version ?? snapshot.version,
      newestVersion: entries[0]?.version ?? snapshot.version,
    },
    history: history.map((entry) => ({
      version: entry.version,
      committedAt: new Date(entry.committedAtMs).toISOString(),
      operation: entry.operation,
      addedFiles: entry.addedFiles,
      removedFiles: entry.removedFiles,
      metrics: { numOutputRows: `${entry.rowCount}` },
    })),
  };
}

/** What a version of a table tells of itself. Pure. */
export function describePlainSnapshot(
  snapshot: PlainSnapshot,
): Omit<PlainTableDescription, "kind" | "uri" | "runs" | "manifests" | "history"> {
  const { table, version, committedAtMs, txns } = snapshot;
  const partitions = new Set(table.partitionColumns);
  const files = new Map([...snapshot.files].map(([path, file]) => [path, toDeltaFile(file)]));
  const attempts = new Set([...files.keys()].map(attemptOf));
  const [attempt] = attempts;
  return {
    id: table.id,
    name: table.name,
    version,
    committedAt: new Date(committedAtMs).toISOString(),
    guarantee: manifestGuarantee.text,
    columns: table.columns.map(({ name, type, nullable }) => ({
      name,
      type: landTypeText(type),
      nullable,
      isPartition: partitions.has(name),
    })),
    partitionColumns: table.partitionColumns,
    files: summarizeFiles({ files }),
    partitions: summarizePartitions({ files, metaData: table }),
    place: attempts.size === 1 && attempt !== undefined ? toAttemptPrefix(attempt) : null,
    lanes: [...txns.keys()]
      .filter((appId) => txns.has(`${appId}#hi`))
      .sort()
      .map((appId) => {
        const { n, hi } = readLane(snapshot, appId);
        return { appId, n, hi: String(hi ?? "") };
      }),
  };
}

function describeRuns({ files }: PlainSnapshot, entries: readonly PlainHistoryEntry[]): readonly PlainRun[] {
  const runs = new Map<string | undefined, { files: number; bytes: number; rows: number }>();
  for (const [path, { sizeBytes, rowCount }] of files) {
    const run = runs.get(attemptOf(path)) ?? { files: 0, bytes: 0, rows: 0 };
    runs.set(attemptOf(path), { files: run.files + 1, bytes: run.bytes + sizeBytes, rows: run.rows + rowCount });
  }
  return [...runs]
    .map(([attemptId = null, totals]): PlainRun => {
      const entry = entries.find(({ info }) => attemptId !== null && info.attemptId === attemptId);
      const runId = entry?.info.runId;
      return {
        attemptId,
        ...totals,
        runId: typeof runId === "string" ? runId : null,
        version: entry?.version ?? null,
      };
    })
    .sort((a, b) => (b.version ?? -1) - (a.version ?? -1));
}
