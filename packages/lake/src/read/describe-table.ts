import type { DeltaTable } from "../delta/delta-table.ts";
import { readLane } from "../delta/lane.ts";
import { tableUri } from "../delta/read-commits.ts";
import type { HistoryEntry } from "../delta/read-history.ts";
import { deltaTypeText, parseSchemaString } from "../delta/schema.ts";
import type { Snapshot } from "../delta/snapshot.ts";
import { type CommitTime, listCommitTimes } from "./commit-times.ts";
import { readSnapshotAt, type TablePoint } from "./resolve-version.ts";
import { type FileSizes, type PartitionSummary, summarizeFiles, summarizePartitions } from "./summarize-files.ts";

export interface DescribeOptions extends TablePoint {
  /** Commits listed, from the version described downwards. @default 10 */
  readonly historyEntries?: number;
}

/** A table as a person or a machine looks at it. Plain JSON; 64-bit numbers are text. */
export interface TableDescription {
  readonly uri: string;
  readonly id: string;
  readonly name: string | null;
  readonly version: number;
  /** ISO 8601; null where the log does not tell any more. */
  readonly committedAt: string | null;
  readonly protocol: { readonly reader: number; readonly writer: number; readonly features: readonly string[] };
  readonly columns: readonly {
    readonly name: string;
    readonly type: string;
    readonly nullable: boolean;
    readonly isPartition: boolean;
  }[];
  readonly partitionColumns: readonly string[];
  readonly properties: Readonly<Record<string, string>>;
  readonly files: FileSizes;
  readonly partitions: PartitionSummary;
  /** Removed files that the log remembers: a vacuum takes those past retention. */
  readonly removedFiles: number;
  /** JSON entries that are there. */
  readonly log: { readonly oldestVersion: number; readonly newestVersion: number };
  readonly lanes: readonly { readonly appId: string; readonly n: number; readonly hi: string }[];
  readonly history: readonly TableCommit[];
}

export interface TableCommit {
  readonly version: number;
  readonly committedAt: string | null;
  readonly operation: string | null;
  readonly addedFiles: number;
  readonly removedFiles: number;
  readonly metrics: Readonly<Record<string, string>>;
}

/** Schema, files, partitions, lanes and history of a table, from its log alone. May be retried. */
export async function describeTable(table: DeltaTable, options: DescribeOptions = {}): Promise<TableDescription> {
  const { historyEntries = 10, signal } = options;
  const snapshot = await readSnapshotAt(table, options);
  const times = await listCommitTimes(table, signal);
  const history: TableCommit[] = [];
  for await (const entry of table.history(signal ? { signal } : {})) {
    if (history.length >= historyEntries) break;
    if (entry.version <= snapshot.version) history.push(toTableCommit(entry, times));
  }
  return { uri: tableUri(table), ...describeSnapshot(snapshot), ...describeLog(snapshot, times), history };
}

type OfSnapshot = Omit<TableDescription, "uri" | "committedAt" | "log" | "history">;

/** What a state of a table tells. Pure. */
export function describeSnapshot(snapshot: Snapshot): OfSnapshot {
  const { metaData, protocol } = snapshot;
  const partitions = new Set(metaData.partitionColumns);
  return {
    id: metaData.id,
    name: metaData.name ?? null,
    version: snapshot.version,
    protocol: {
      reader: protocol.minReaderVersion,
      writer: protocol.minWriterVersion,
      features: [...new Set([...(protocol.readerFeatures ?? []), ...(protocol.writerFeatures ?? [])])].sort(),
    },
    columns: parseSchemaString(metaData.schemaString).map(({ name, type, nullable }) => ({
      name,
      type: deltaTypeText(type),
      nullable,
      isPartition: partitions.has(name),
    })),
    partitionColumns: metaData.partitionColumns,
    properties: metaData.configuration,
    files: summarizeFiles(snapshot),
    partitions: summarizePartitions(snapshot),
    removedFiles: [...snapshot.tombstones.keys()].length,
    lanes: describeLanes(snapshot),
  };
}

/** The lanes that ever committed to a table. Transactions of other writers, which have no window, are none. */
function describeLanes(snapshot: Snapshot): TableDescription["lanes"] {
  return [...snapshot.txns.keys()]
    .filter((appId) => snapshot.txns.has(`${appId}#hi`))
    .sort()
    .map((appId) => {
      const { n, hi } = readLane(snapshot, appId);
      return { appId, n, hi: String(hi ?? "") };
    });
}

function describeLog(snapshot: Snapshot, times: readonly CommitTime[]): Pick<TableDescription, "committedAt" | "log"> {
  return {
    committedAt: timeOf(times, snapshot.version),
    log: {
      oldestVersion: times[0]?.version ?? snapshot.version,
      newestVersion: times.at(-1)?.version ?? snapshot.version,
    },
  };
}

function toTableCommit(entry: HistoryEntry, times: readonly CommitTime[]): TableCommit {
  const { version, commitInfo, addedFiles, removedFiles } = entry;
  const { operation, operationMetrics } = commitInfo ?? {};
  const metrics = typeof operationMetrics === "object" && operationMetrics !== null ? operationMetrics : {};
  return {
    version,
    committedAt: timeOf(times, version),
    operation: typeof operation === "string" ? operation : null,
    addedFiles,
    removedFiles,
    metrics: Object.fromEntries(
      Object.entries(metrics).flatMap(([name, value]) =>
        ["string", "number", "bigint"].includes(typeof value) ? [[name, String(value)]] : [],
      ),
    ),
  };
}

function timeOf(times: readonly CommitTime[], version: number): string | null {
  const found = times.find((time) => time.version === version);
  return found ? new Date(found.atMs).toISOString() : null;
}
