import { randomUUID } from "node:crypto";
import { type FileHandle, mkdir, open, unlink } from "node:fs/promises";
import { join } from "node:path";
import { coreError } from "../../errors/index.ts";

/** Bytes put aside on disk for the time of one evaluation. */
export interface SpillFile {
  /** Where the bytes begin. */
  append(bytes: Uint8Array): Promise<number>;
  /** Fills `into`; a file that ends before throws. */
  read(offset: number, into: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

/**
 * A nameless file in `directory`, which is made if absent. The name is removed as soon as the file is open, so that nothing
 * is left behind even when the process is killed; where the system forbids that, it is removed on close. What the disk refuses is
 * SPILL_FAILED.
 */
export async function openSpillFile(directory: string): Promise<SpillFile> {
  const path = join(directory, `snowmelt-${randomUUID()}.spill`);
  const attempt = inWords(directory);
  const file = await attempt(mkdir(directory, { recursive: true }).then(() => open(path, "wx+", 0o600)));
  const isNameless = await unlink(path).then(
    () => true,
    () => false,
  );
  let size = 0;
  return {
    async append(bytes) {
      const offset = size;
      await attempt(writeWhole(file, bytes, offset));
      size += bytes.byteLength;
      return offset;
    },
    async read(offset, into) {
      const length = into.byteLength;
      for (let at = 0; at < length; ) {
        const { bytesRead } = await attempt(file.read(into, at, length - at, offset + at));
        if (bytesRead === 0) throw new RangeError(`the spill file ends at ${offset + at}, expected ${offset + length}`);
        at += bytesRead;
      }
    },
    async close() {
      await file.close();
      if (!isNameless) await unlink(path);
    },
  };
}

function inWords(directory: string): <T>(step: Promise<T>) => Promise<T> {
  return (step) =>
    step.catch((cause: unknown) => {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw coreError(
        "SPILL_FAILED",
        `Keys that outgrew their memory budget could not be put aside in ${directory}: ${reason}. Free space there, name another folder, or raise the budget.`,
        { cause, details: { directory } },
      );
    });
}

async function writeWhole(file: FileHandle, bytes: Uint8Array, offset: number): Promise<void> {
  for (let at = 0; at < bytes.byteLength; ) {
    const { bytesWritten } = await file.write(bytes, at, bytes.byteLength - at, offset + at);
    at += bytesWritten;
  }
}
