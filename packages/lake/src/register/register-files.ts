import type { Field } from "@snowmelt/core/types";
import { toTableKey } from "../delta/log-path.ts";
import { toAttemptPrefix } from "../delta/orphans.ts";
import { type TableLocation, tableUri } from "../delta/read-commits.ts";
import { lakeError } from "../lake-error.ts";
import type { DataFile } from "../land/landed-file.ts";
import { type ParquetFooter, readFooter } from "../parquet/index.ts";
import type { TableLayout } from "../partition/table-layout.ts";
import { toStatsJson } from "../stats/index.ts";
import type { ColumnRefusal } from "./accept-column.ts";
import { refuseFooter } from "./accept-footer.ts";
import { refuseValues } from "./accept-values.ts";
import { readFilePartition } from "./file-partition.ts";
import { summarizeFile } from "./summarize-file.ts";

/** A Parquet file that another writer put below the attempt's prefix, with what it said of it. */
export interface StagedFile {
  /** Below `data/run=<attempt>/`. */
  readonly name: string;
  readonly bytes: number;
  readonly rowCount: number;
  /** What its folders say, by partition column of the layout; undefined where they say nothing. @default nothing */
  readonly partition?: readonly (string | null | undefined)[];
}

export interface RegisterOptions {
  readonly files: readonly StagedFile[];
  readonly layout: TableLayout;
  readonly attemptId: string;
  /** Columns that get bounds even beyond the 32nd: merge keys. @default [] */
  readonly alwaysIndexed?: readonly string[];
  /** Files looked at at a time. @default 16 */
  readonly parallel?: number;
  readonly signal?: AbortSignal;
}

export interface FileRefusal extends ColumnRefusal {
  /** Key below the table's root. */
  readonly path: string;
}

export type Registration =
  /** In the order they were given, ready to be added to the log. */
  | { readonly status: "registered"; readonly files: readonly DataFile[] }
  /** Some file is not what the table declares. Nothing is to be added; the files are orphans of the attempt. */
  | { readonly status: "refused"; readonly refusals: readonly FileRefusal[] };

const defaultParallel = 16;

/**
 * Makes files of another writer files of the table without reading their rows: a HEAD and one ranged read of the footer
 * each (two for a footer above 16 KiB). A file is taken only if its size and rows are those that were announced, its columns
 * have the table's very types, and its statistics prove what the table asks; a column whose statistics are missing is
 * read. Identity partition columns, which the log alone holds in our own files, must be in these: they prove the
 * partition. Throws DELTA_FILE_MISSING, LAND_COUNT_MISMATCH, PARTITION_VALUE_INVALID and what `readFooter` throws.
 * Writes nothing; may be repeated.
 */
export async function registerFiles(table: TableLocation, options: RegisterOptions): Promise<Registration> {
  const { files, parallel = defaultParallel } = options;
  const outcomes: (DataFile | readonly FileRefusal[])[] = [];
  const waiting = files.entries();
  const work = async (): Promise<void> => {
    for (const [index, file] of waiting) outcomes[index] = await registerFile(table, file, options);
  };
  await Promise.all(Array.from({ length: Math.min(parallel, files.length) }, work));
  const refusals = outcomes.flatMap((outcome) => (isRefused(outcome) ? outcome : []));
  if (refusals.length > 0) return { status: "refused", refusals };
  return { status: "registered", files: outcomes.flatMap((outcome) => (isRefused(outcome) ? [] : [outcome])) };
}

const isRefused = (outcome: DataFile | readonly FileRefusal[]): outcome is readonly FileRefusal[] =>
  Array.isArray(outcome);

async function registerFile(
  table: TableLocation,
  file: StagedFile,
  { layout, attemptId, alwaysIndexed = [], signal }: RegisterOptions,
): Promise<DataFile | readonly FileRefusal[]> {
  const { store } = table;
  const path = toAttemptPrefix(attemptId) + file.name;
  const key = toTableKey(table.path, path);
  const given = signal ? { signal } : {};
  const held = await store.head(key, given);
  if (held?.sizeBytes !== file.bytes) throw missing(table, path, { expected: file.bytes, found: held?.sizeBytes });
  const footer = await readFooter(store, key, { sizeBytes: file.bytes, ...given });
  const refusals = refuseFooter(layout.sourceFields, footer);
  if (refusals.length > 0) return refusals.map((refusal) => ({ path, ...refusal }));
  checkRows(table, path, { footer, expected: file.rowCount });
  const all = await summarizeFile(store, footer, { fields: layout.sourceFields, signal });
  const unfit = refuseValues(layout.sourceFields, all);
  if (unfit.length > 0) return unfit.map((refusal) => ({ path, ...refusal }));
  const folders = file.partition ?? [];
  const partitionValues = await readFilePartition({ store, footer, columns: all.columns, folders }, layout, signal);
  const summary = { ...all, columns: all.columns.filter(({ name }) => isStored(layout.fileFields, name)) };
  return {
    path,
    partitionValues,
    rowCount: footer.rowCount,
    bytes: file.bytes,
    sha256: undefined,
    modifiedAtMs: held.modifiedAtMs,
    stats: toStatsJson(summary, layout.fileFields, alwaysIndexed),
    summary,
  };
}

const isStored = (fields: readonly Field[], name: string): boolean => fields.some((field) => field.name === name);

function checkRows(
  table: TableLocation,
  path: string,
  { footer, expected }: { readonly footer: ParquetFooter; readonly expected: number },
): void {
  const isWhole = footer.rowGroups.every(({ rowCount, chunks }) =>
    chunks.every(({ valueCount }) => valueCount === rowCount),
  );
  if (footer.rowCount === expected && isWhole) return;
  const found = isWhole ? `holds ${footer.rowCount} rows` : "has columns of different lengths";
  throw lakeError(
    "LAND_COUNT_MISMATCH",
    `${tableUri(table)}/${path} ${found}; ${expected} were announced. Nothing was committed; unload the window again.`,
    { details: { path, expected, found: footer.rowCount } },
  );
}

function missing(
  table: TableLocation,
  path: string,
  { expected, found }: { readonly expected: number; readonly found: number | undefined },
): Error {
  const what = found === undefined ? "is not there" : `has ${found} bytes`;
  return lakeError(
    "DELTA_FILE_MISSING",
    `${tableUri(table)}/${path} was announced with ${expected} bytes and ${what}. Does the stage point to this table, and may this role read there? Nothing was committed.`,
    { details: { path, expectedBytes: expected, foundBytes: found } },
  );
}
