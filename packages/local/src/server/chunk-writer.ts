import { type FileHandle, open, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { chunkFile, type StoredChunk, type WriteOptions } from "./result-format.ts";

const gzipAsync = promisify(gzip);
const LINE_FEED = 10;
/** Every line ends in a comma and a line feed; a chunk's last row has neither. */
const SEPARATOR_BYTES = 2;
/** Chunks being compressed at the same time; each holds its text in memory. */
const CONCURRENT_CHUNKS = 2;

export interface WrittenChunks {
  /** Rows for the reply, comma-separated. */
  readonly inline: Buffer;
  readonly inlineRows: number;
  readonly chunks: readonly StoredChunk[];
}

/**
 * Cuts a file of one JSON row a line into inline rows and gzipped chunks that double in size. A row longer than a
 * chunk's size gets a chunk of its own. Compression runs in the thread pool, a chunk's text at a time in memory.
 */
export async function writeChunks(rowsPath: string, folder: string, options: WriteOptions): Promise<WrittenChunks> {
  const { inlineRows: maxInlineRows, inlineBytes, firstChunkBytes, maxChunkBytes } = options.sizes;
  await using file = await open(rowsPath, "r");
  const totalBytes = (await file.stat()).size;

  const head = await file.read(Buffer.alloc(Math.min(inlineBytes, totalBytes)), { position: 0 });
  const inline = takeLines(head.buffer.subarray(0, head.bytesRead), maxInlineRows);

  const chunks: StoredChunk[] = [];
  const writing = new Set<Promise<void>>();
  let position = inline.bytes;
  let targetBytes = firstChunkBytes;
  try {
    while (position < totalBytes) {
      options.signal.throwIfAborted();
      const text = await readLines(file, { position, targetBytes, totalBytes });
      const index = chunks.length;
      const uncompressedBytes = text.length - SEPARATOR_BYTES;
      const pending = { rowCount: countLines(text), compressedBytes: 0, uncompressedBytes };
      chunks.push(pending);
      const write = gzipAsync(text.subarray(0, uncompressedBytes), { level: 1 }).then(async (compressed) => {
        await writeFile(join(folder, chunkFile(index)), compressed);
        chunks[index] = { ...pending, compressedBytes: compressed.length };
      });
      writing.add(write);
      void write.then(
        () => writing.delete(write),
        () => {},
      );
      if (writing.size >= CONCURRENT_CHUNKS) await Promise.race(writing);
      position += text.length;
      targetBytes = Math.min(targetBytes * 2, maxChunkBytes);
    }
    await Promise.all(writing);
  } finally {
    // Nothing may still write into the folder when the caller clears it away.
    await Promise.allSettled(writing);
  }
  return { inline: inline.text, inlineRows: inline.rows, chunks };
}

/** The whole lines from `position` on that fit in `targetBytes`; at least one, however long. */
async function readLines(
  file: FileHandle,
  { position, targetBytes, totalBytes }: { position: number; targetBytes: number; totalBytes: number },
): Promise<Buffer> {
  for (let bytes = targetBytes; ; bytes *= 2) {
    const length = Math.min(bytes, totalBytes - position);
    const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(length), { position, length });
    const end = buffer.subarray(0, bytesRead).lastIndexOf(LINE_FEED) + 1;
    if (end > 0) return buffer.subarray(0, end);
    if (length === totalBytes - position) throw new Error("the engine's row file does not end in a line feed");
  }
}

/** The first `maxRows` whole lines of a text, without the separator after the last. */
function takeLines(text: Buffer, maxRows: number): { text: Buffer; rows: number; bytes: number } {
  let rows = 0;
  let bytes = 0;
  while (rows < maxRows) {
    const end = text.indexOf(LINE_FEED, bytes);
    if (end === -1) break;
    bytes = end + 1;
    rows += 1;
  }
  return { text: text.subarray(0, Math.max(0, bytes - SEPARATOR_BYTES)), rows, bytes };
}

function countLines(text: Buffer): number {
  let lines = 0;
  for (let at = text.indexOf(LINE_FEED); at !== -1; at = text.indexOf(LINE_FEED, at + 1)) lines += 1;
  return lines;
}
