import { randomUUID } from "node:crypto";
import { type FileHandle, mkdir, open, unlink } from "node:fs/promises";
import { join } from "node:path";

/** Bytes put aside on disk for the time of one evaluation. */
export interface SpillFile {
  /** Where the bytes begin. */
  append(bytes: Uint8Array): Promise<number>;
  /** Exactly `length` bytes; anything less throws. A new array each time. */
  read(offset: number, length: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

/**
 * A nameless file in `directory`, which is made if absent. The name is removed as soon as the file is open, so that nothing
 * is left behind even when the process is killed; where the system forbids that, it is removed on close.
 */
export async function openSpillFile(directory: string): Promise<SpillFile> {
  await mkdir(directory, { recursive: true });
  const path = join(directory, `snowmelt-${randomUUID()}.spill`);
  const file = await open(path, "wx+", 0o600);
  const isNameless = await unlink(path).then(
    () => true,
    () => false,
  );
  let size = 0;
  return {
    async append(bytes) {
      const offset = size;
      await writeWhole(file, bytes, offset);
      size += bytes.byteLength;
      return offset;
    },
    async read(offset, length) {
      const bytes = new Uint8Array(length);
      for (let at = 0; at < length; ) {
        const { bytesRead } = await file.read(bytes, at, length - at, offset + at);
        if (bytesRead === 0) throw new RangeError(`the spill file ends at ${offset + at}, expected ${offset + length}`);
        at += bytesRead;
      }
      return bytes;
    },
    async close() {
      await file.close();
      if (!isNameless) await unlink(path);
    },
  };
}

async function writeWhole(file: FileHandle, bytes: Uint8Array, offset: number): Promise<void> {
  for (let at = 0; at < bytes.byteLength; ) {
    const { bytesWritten } = await file.write(bytes, at, bytes.byteLength - at, offset + at);
    at += bytesWritten;
  }
}
