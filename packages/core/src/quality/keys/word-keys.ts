import { type ColumnVector, isValid } from "../../types/index.ts";
import type { RunStore } from "./run-store.ts";

/** Keys of one 64-bit (or 32-bit) column: the value is its own sort word. */
export interface WordKeys {
  append(vector: ColumnVector, rowCount: number): Promise<void>;
  flush(): Promise<void>;
}

const firstKeys = 4096;

export function openWordKeys(store: RunStore, maxKeys: number): WordKeys {
  let keys = new BigUint64Array(Math.min(firstKeys, maxKeys));
  let words = new Int32Array(keys.buffer);
  let count = 0;
  const flush = async (): Promise<void> => {
    if (count === 0) return;
    const run = keys.subarray(0, count);
    run.sort();
    count = 0;
    if ((await store.add(new Uint8Array(run.buffer, 0, run.byteLength))) === "spilled") return;
    keys = new BigUint64Array(keys.length);
    words = new Int32Array(keys.buffer);
  };
  const makeRoom = async (wanted: number): Promise<number> => {
    if (count === maxKeys) await flush();
    if (count + wanted > keys.length && keys.length < maxKeys) {
      const wider = new BigUint64Array(Math.min(maxKeys, Math.max(keys.length * 2, count + wanted)));
      wider.set(keys.subarray(0, count));
      keys = wider;
      words = new Int32Array(keys.buffer);
    }
    return Math.min(wanted, keys.length - count);
  };
  const appendRange = (vector: ColumnVector, start: number, end: number): void => {
    if (vector.storage === "int64" && vector.nullCount === 0) {
      const { buffer, byteOffset } = vector.values;
      keys.set(new BigUint64Array(buffer, byteOffset + start * 8, end - start), count);
      count += end - start;
      return;
    }
    if (vector.storage !== "int64" && vector.storage !== "int32") {
      throw new TypeError(`expected whole numbers of 32 or 64 bits, got ${vector.storage}`);
    }
    const values =
      vector.storage === "int32"
        ? vector.values
        : new Int32Array(vector.values.buffer, vector.values.byteOffset, vector.values.length * 2);
    for (let row = start; row < end; row++) {
      if (!isValid(vector, row)) continue;
      const low = vector.storage === "int32" ? (values[row] ?? 0) : (values[row * 2] ?? 0);
      words[count * 2] = low;
      words[count * 2 + 1] = vector.storage === "int32" ? low >> 31 : (values[row * 2 + 1] ?? 0);
      count++;
    }
  };
  return {
    async append(vector, rowCount) {
      for (let row = 0; row < rowCount; ) {
        const rows = await makeRoom(rowCount - row);
        appendRange(vector, row, row + rows);
        row += rows;
      }
    },
    flush,
  };
}
