import { openSpillFile, type SpillFile } from "./spill-file.ts";

/** A sorted run of key records, wherever it is held. */
export interface Run {
  readonly byteLength: number;
  /** `length` bytes from `offset`, in `room`, which is large enough, or where they are held. */
  read(offset: number, length: number, room: Uint8Array): Promise<Uint8Array>;
}

/** Holds runs in memory up to a budget, and those that come after it in one nameless file. */
export interface RunStore {
  readonly runs: readonly Run[];
  readonly spilledBytes: number;
  /** `held`: the bytes are the store's now. `spilled`: they may be used again. */
  add(bytes: Uint8Array): Promise<"held" | "spilled">;
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
        return "held";
      }
      const spill = file ?? (await openSpillFile(options.spillDirectory));
      file = spill;
      const start = await spill.append(bytes);
      spilledBytes += byteLength;
      runs.push({
        byteLength,
        async read(offset, length, room) {
          const block = room.subarray(0, length);
          await spill.read(start + offset, block);
          return block;
        },
      });
      return "spilled";
    },
    async close() {
      runs.length = 0;
      await file?.close();
      file = undefined;
    },
  };
}
