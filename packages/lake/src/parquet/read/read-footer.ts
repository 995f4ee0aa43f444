import { SnowmeltError } from "@snowmelt/core/errors";
import type { ObjectStore } from "@snowmelt/core/ports";
import { magic } from "../format/format.ts";
import { parquetError } from "../parquet-error.ts";
import { type FileMetadata, parseFileMetadata } from "./file-metadata.ts";

export interface ParquetFooter extends FileMetadata {
  readonly key: string;
  /** Size of the file. */
  readonly bytes: number;
}

export interface ReadFooterOptions {
  /** Size of the file, if known: saves a `head`. */
  readonly sizeBytes?: number;
  readonly signal?: AbortSignal;
}

/** One read of this size holds most footers whole. */
const tailBytes = 16 << 10;

/**
 * The footer of a file: one ranged read, two for a long footer. Throws PARQUET_MISSING, or PARQUET_CORRUPT when the
 * file does not end as a Parquet file does. May be retried.
 */
export async function readFooter(
  store: ObjectStore,
  key: string,
  { sizeBytes, signal }: ReadFooterOptions = {},
): Promise<ParquetFooter> {
  const options = signal ? { signal } : {};
  const bytes = sizeBytes ?? (await store.head(key, options))?.sizeBytes;
  if (bytes === undefined) throw missing(store, key);
  const read = async (start: number, end: number): Promise<Uint8Array> => {
    const found = await store.get(key, { range: { start, end }, ...options });
    if (!found) throw missing(store, key);
    if (found.length === end - start) return found;
    throw corrupt(store, key, `bytes ${start} to ${end} were asked for, ${found.length} came`);
  };
  if (bytes < 12) throw corrupt(store, key, `it has ${bytes} bytes, fewer than any Parquet file`);
  const tailStart = Math.max(0, bytes - tailBytes);
  const tail = await read(tailStart, bytes);
  const end = tail.length - 8;
  if (!magic.every((byte, index) => tail[end + 4 + index] === byte)) {
    const isEncrypted = Buffer.from(tail.subarray(end + 4)).toString("latin1") === "PARE";
    if (isEncrypted) throw parquetError("PARQUET_UNSUPPORTED", `${where(store, key)} is encrypted, which is not read.`);
    throw corrupt(store, key, "it does not end with PAR1; it may be cut off");
  }
  const footerBytes = new DataView(tail.buffer, tail.byteOffset + end, 4).getUint32(0, true);
  const footerStart = bytes - 8 - footerBytes;
  if (footerStart < 4) throw corrupt(store, key, `its footer of ${footerBytes} bytes is longer than the file`);
  const footer =
    footerStart >= tailStart ? tail.subarray(footerStart - tailStart, end) : await read(footerStart, bytes - 8);
  return { key, bytes, ...within(store, key, () => parseFileMetadata(footer, footerStart)) };
}

/** Runs a parser and adds the file's name to its error. */
export function within<T>(store: ObjectStore, key: string, parse: () => T): T {
  try {
    return parse();
  } catch (cause) {
    if (!(cause instanceof SnowmeltError)) throw cause;
    const code = cause.code in parquetError.table ? (cause.code as keyof typeof parquetError.table) : "PARQUET_CORRUPT";
    throw parquetError(code, `${where(store, key)}: ${cause.message}`, { cause, details: { ...cause.details, key } });
  }
}

const where = (store: ObjectStore, key: string): string => `${store.uri}/${key}`;

const missing = (store: ObjectStore, key: string) =>
  parquetError("PARQUET_MISSING", `Expected a Parquet file at ${where(store, key)}, found none.`, { details: { key } });

const corrupt = (store: ObjectStore, key: string, what: string) =>
  parquetError("PARQUET_CORRUPT", `${where(store, key)} is not a whole Parquet file: ${what}.`, { details: { key } });
