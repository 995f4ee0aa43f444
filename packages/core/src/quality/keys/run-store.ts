import { openSpillFile, type SpillFile } from "./spill-file.ts";

/** A sorted run of key records, wherever it is held. */
export interface Run {
  readonly byteLength: number;
  /** `length` bytes from `offset`. */
  read(offset: number, length: number): Promise<Uint8Array>;
}

/** Holds runs in memory up to a budget, and those that come after it in one nameless file. */
export interface RunStore {
  readonly runs: readonly Run[];
  readonly spilledBytes: number;
  /** Takes the bytes over. */
  add(bytes: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

export function openRunStore(options: { memoryBudgetBytes: number; spillDirectory: string }): RunStore {
  const runs: Run[] = [];
  let heldBytes = 0;
  let spilledBytes = 0;
  let file: SpillFile | undefined;
  return {
    runs,
    get spilledBytes() {
      return spilledBytes;
    },
    async add(bytes) {
      const { byteLength } = bytes;
      if (heldBytes + byteLength <= options.memoryBudgetBytes) {
        heldBytes += byteLength;
        runs.push({ byteLength, read: async (offset, length) => bytes.subarray(offset, offset + length) });
        return;
      }
      const spill = file ?? (await openSpillFile(options.spillDirectory));
      file = spill;
      const start = await spill.append(bytes);
      spilledBytes += byteLength;
      runs.push({ byteLength, read: (offset, length) => spill.read(start + offset, length) });
    },
    async close() {
      runs.length = 0;
      await file?.close();
      file = undefined;
    },
  };
}
