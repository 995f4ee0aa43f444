import type { ExecutedStatement } from "../engine.ts";
import type { ResultSizes } from "./config.ts";

/** One chunk of a stored result: a gzipped file that is served as it is. */
export interface StoredChunk {
  readonly rowCount: number;
  readonly compressedBytes: number;
  readonly uncompressedBytes: number;
}

/** How a result lies on disk: the first rows for the reply itself, the others in chunks. */
export interface StoredParts {
  readonly inlineRows: number;
  readonly chunks: readonly StoredChunk[];
}

/** A way to write results for clients: how rows are cut and encoded, and how the first ones ride in the reply. */
export interface ResultFormat {
  /** `queryResultFormat` on the wire. */
  readonly name: "json" | "arrow";
  /** Media type of a chunk. Never `application/json`: the drivers would parse a chunk before it is whole. */
  readonly chunkContentType: string;
  /** Writes every row of a statement into `folder`, once. Throws when `signal` aborts. */
  write(statement: ExecutedStatement, folder: string, options: WriteOptions): Promise<StoredParts>;
  /** The members of the reply that carry the first rows. */
  readInline(folder: string): Promise<Readonly<Record<string, unknown>>>;
}

export interface WriteOptions {
  readonly sizes: ResultSizes;
  readonly signal: AbortSignal;
}

/** File of the chunk with this number, counted from 0. */
export function chunkFile(index: number): string {
  return `chunk-${String(index).padStart(5, "0")}.gz`;
}
