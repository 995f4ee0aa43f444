import { isSnowmeltError } from "@snowmelt/core/errors";
import { type ColumnBatch, type Field, takeRows } from "@snowmelt/core/types";
import type { AddFile } from "../delta/action.ts";
import type { DeltaTable } from "../delta/delta-table.ts";
import { toTableKey } from "../delta/log-path.ts";
import { type TableLocation, tableUri } from "../delta/read-commits.ts";
import type { Snapshot } from "../delta/snapshot.ts";
import { lakeError } from "../lake-error.ts";
import { readTableFile } from "../land/read-table-file.ts";
import { type ParquetFooter, readFooter } from "../parquet/index.ts";
import { openGroupBounds } from "./file-bounds.ts";
import { matchRows } from "./match-rows.ts";
import { mayMatch } from "./may-match.ts";
import { planRead, type ReadPlan, type ReadQuestion } from "./plan-read.ts";
import { readSnapshotAt, type TablePoint } from "./resolve-version.ts";

export interface ReadTableOptions extends ReadQuestion, TablePoint {
  /** Rows of a batch at most. @default 65_536 */
  readonly batchRows?: number;
}

/**
 * The rows of a table, batch by batch, as they are pulled: of the newest version, of a version, or of a moment. Files, and
 * row groups within them, whose partition or statistics rule every row out are not read; of the others only the chunks of
 * the columns that are asked for, by ranged reads. The filter is exact. A column that is younger than a file is NULL in it.
 * Holds one row group's columns, compressed, one batch, and the footers of the next files. The state is that of the start, whatever is committed meanwhile;
 * DELTA_FILE_MISSING when a vacuum has taken a file of it. May be repeated.
 *
 * @example
 * for await (const batch of readTable(table, { columns: ["ID"], where: compare("DAY", ">=", "2026-11-01") })) …
 */
export async function* readTable(table: DeltaTable, options: ReadTableOptions = {}): AsyncGenerator<ColumnBatch> {
  const snapshot = await readSnapshotAt(table, options);
  yield* readSnapshotRows(table, snapshot, options);
}

/** The same of a state that is held already. */
export async function* readSnapshotRows(
  table: TableLocation,
  snapshot: Snapshot,
  options: Omit<ReadTableOptions, "version" | "asOf"> = {},
): AsyncGenerator<ColumnBatch> {
  yield* readPlan(table, planRead(snapshot, options), options);
}

/** Footers fetched ahead of the file that is read: each is a request or two on S3. */
const footersAhead = 4;

/** The rows of a plan, file by file. */
export async function* readPlan(
  table: TableLocation,
  plan: ReadPlan,
  options: { readonly batchRows?: number; readonly signal?: AbortSignal } = {},
): AsyncGenerator<ColumnBatch> {
  const footers: Promise<ParquetFooter>[] = [];
  for (const [at, file] of plan.files.entries()) {
    for (const next of plan.files.slice(at + footers.length, at + footersAhead)) {
      const footer = readFileFooter(table, next, options.signal);
      footer.catch(() => undefined);
      footers.push(footer);
    }
    const footer = footers.shift() ?? readFileFooter(table, file, options.signal);
    const batches = readFile(table, plan, { ...file, ...options, footer });
    for await (const batch of orMissing(table, plan, file.path, batches)) {
      const wanted = filterBatch(plan, batch);
      if (wanted.rowCount > 0) yield wanted;
    }
  }
}

interface PlannedFile {
  readonly path: string;
  readonly add: AddFile;
  readonly footer: Promise<ParquetFooter>;
  readonly batchRows?: number;
  readonly signal?: AbortSignal;
}

async function readFileFooter(
  table: TableLocation,
  { path, add }: Pick<PlannedFile, "path" | "add">,
  signal: AbortSignal | undefined,
): Promise<ParquetFooter> {
  signal?.throwIfAborted();
  const key = toTableKey(table.path, path);
  return readFooter(table.store, key, { sizeBytes: add.size, ...(signal ? { signal } : {}) });
}

async function* readFile(table: TableLocation, plan: ReadPlan, file: PlannedFile): AsyncGenerator<ColumnBatch> {
  const { path, add, batchRows, signal } = file;
  const footer = await file.footer;
  const { predicate, scanFields } = plan;
  const rowGroups = [...footer.rowGroups.keys()].filter((ordinal) => {
    const bounds = predicate && openGroupBounds(footer, ordinal, add);
    return !predicate || !bounds || mayMatch(predicate, bounds);
  });
  if (rowGroups.length === 0) return;
  const { partitionValues } = add;
  yield* readTableFile(table, { path, partitionValues }, { fields: scanFields, footer, rowGroups, batchRows, signal });
}

function filterBatch({ fields, predicate }: ReadPlan, batch: ColumnBatch): ColumnBatch {
  if (!predicate) return batch;
  const rows = matchRows(predicate, batch);
  const projected = project(batch, fields);
  return rows.length === batch.rowCount ? projected : takeRows(projected, rows);
}

function project(batch: ColumnBatch, fields: readonly Field[]): ColumnBatch {
  return { fields, columns: batch.columns.slice(0, fields.length), rowCount: batch.rowCount };
}

async function* orMissing(
  table: TableLocation,
  plan: ReadPlan,
  path: string,
  batches: AsyncIterable<ColumnBatch>,
): AsyncGenerator<ColumnBatch> {
  try {
    yield* batches;
  } catch (cause) {
    if (!isSnowmeltError(cause, "PARQUET_MISSING")) throw cause;
    throw lakeError(
      "DELTA_FILE_MISSING",
      `Version ${plan.version} of ${tableUri(table)} names ${path}, which is not there or has gone while it was read. A vacuum may have taken it; read a newer version.`,
      { cause, details: { path, version: plan.version } },
    );
  }
}
