import { mkdir, rm } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { DuckDBConnection } from "@duckdb/node-api";
import type { UnloadMishap } from "../../engine.ts";
import { quoteText } from "../quote.ts";
import type { StageFiles } from "../stage/stage-files.ts";
import { fileName, type UnloadPlace } from "./file-name.ts";
import type { FileCut, Piece } from "./plan-pieces.ts";
import type { UnloadOptions } from "./unload-options.ts";

/** A file that a COPY put into a stage. */
export interface UnloadedFile {
  /** Below the stage's root. */
  readonly key: string;
  readonly bytes: number;
  readonly rowCount: number;
}

export interface UnloadJob {
  readonly connection: DuckDBConnection;
  /** The DuckDB table of staged rows, and the select list of the files. */
  readonly table: string;
  readonly columns: string;
  readonly options: UnloadOptions;
  readonly cut: FileCut;
  readonly place: UnloadPlace;
  readonly queryId: string;
  readonly files: StageFiles;
  /** A folder of this COPY's own. */
  readonly scratch: string;
  readonly mishap: UnloadMishap;
  readonly signal: AbortSignal;
}

/** Writes pieces one after the other. What is in the stage when it fails or is aborted stays there, as orphans. */
export async function writePieces(pieces: readonly Piece[], job: UnloadJob): Promise<readonly UnloadedFile[]> {
  const written: UnloadedFile[] = [];
  for (const [index, piece] of pieces.entries()) {
    const folder = path.join(job.scratch, String(index));
    await mkdir(folder, { recursive: true });
    for (const [file, local] of (await writePiece(piece, folder, job)).entries()) {
      const key = keyOf(piece, file, job);
      await putFile(key, local.path, written.length, job);
      const surplus = written.length === 0 ? job.mishap.rowCountError : 0;
      written.push({ key, bytes: local.bytes, rowCount: local.rowCount + surplus });
    }
    await rm(folder, { recursive: true });
  }
  return written;
}

interface LocalFile {
  readonly path: string;
  readonly bytes: number;
  readonly rowCount: number;
}

/** Writes a piece's rows to files below `folder`, in the order of their rows. */
async function writePiece(piece: Piece, folder: string, job: UnloadJob): Promise<readonly LocalFile[]> {
  const { table, columns, options, cut } = job;
  const { firstRow, rowCount } = piece;
  const rows = `SELECT ${columns} FROM ${table} WHERE n >= ${firstRow} AND n < ${firstRow + rowCount}`;
  const compression = options.compression === "NONE" ? "uncompressed" : "snappy";
  const cutting = options.single ? "" : `, FILE_SIZE_BYTES ${cut.cutBytes}`;
  const target = options.single ? path.join(folder, "data_0.parquet") : path.join(folder, "files");
  const reader = await job.connection.runAndReadAll(
    `COPY (${rows}) TO ${quoteText(target)} (FORMAT parquet, COMPRESSION ${compression}, ROW_GROUP_SIZE ${cut.rowsPerGroup}, RETURN_STATS${cutting})`,
  );
  return reader
    .getRows()
    .map(([file, count, bytes]) => ({ path: String(file), rowCount: Number(count), bytes: Number(bytes) }))
    .filter(({ rowCount: rows }) => rows > 0)
    .sort((left, right) => numberOf(left.path) - numberOf(right.path));
}

/** DuckDB counts its files: data_0, data_1 ... */
function numberOf(file: string): number {
  return Number(/_(\d+)\.parquet$/.exec(file)?.[1] ?? 0);
}

function keyOf(piece: Piece, file: number, { options, place, queryId }: UnloadJob): string {
  if (options.single) return `${place.folder}${place.base}`;
  const named = { queryId: options.includeQueryId ? queryId : null, thread: piece.thread, file };
  return `${place.folder}${piece.folder}${fileName(place.base, named, options.compression)}`;
}

/** Puts the file that is the `index`th of the COPY, with whatever shall go wrong then. */
async function putFile(key: string, file: string, index: number, job: UnloadJob): Promise<void> {
  const { failure, waitMs, lostFile } = job.mishap;
  if (failure !== null && index >= failure.afterFiles) throw failure.error;
  if (waitMs > 0) await sleep(waitMs, undefined, { signal: job.signal });
  job.signal.throwIfAborted();
  if (lostFile !== index) await job.files.put(key, file, job.signal);
}
