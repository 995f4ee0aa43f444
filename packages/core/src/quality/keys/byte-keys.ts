import { hashBytes } from "./key-hash.ts";
import type { RunStore } from "./run-store.ts";
import { type KeyTable, lowSortWord, maxTableKeys, sortKeys } from "./sort-keys.ts";

/** Keys of any form, as canonical bytes, in the order of a hash of theirs. */
export interface ByteKeys {
  /** Where the next key's bytes go; call `reserve` before writing and `push` after. */
  bytes: Uint8Array;
  view: DataView;
  readonly length: number;
  reserve(byteLength: number): void;
  /** The key is what lies between `length` and `end`. */
  push(end: number): void;
  /** Whether the run is full; then `flush` it. */
  readonly isFull: boolean;
  flush(): Promise<void>;
}

export interface ByteKeysOptions {
  /** A run is full when its keys have this many bytes. */
  readonly maxRunBytes: number;
  /** Only for tests of keys that share a hash. */
  readonly hash?: typeof hashBytes;
}

export function openByteKeys(store: RunStore, options: ByteKeysOptions): ByteKeys {
  const { maxRunBytes, hash: hashInto = hashBytes } = options;
  const starts = new Uint32Array(maxTableKeys + 1);
  const lows = new Uint32Array(maxTableKeys);
  const words = new BigUint64Array(maxTableKeys);
  const halves = new Uint32Array(words.buffer);
  const hash = { high: 0, low: 0 };
  const first = new Uint8Array(64 * 1024);
  let count = 0;
  let room = new Uint8Array(0);
  const keys: ByteKeys = {
    bytes: first,
    view: new DataView(first.buffer),
    get length() {
      return starts[count] ?? 0;
    },
    get isFull() {
      return count === maxTableKeys || keys.length >= maxRunBytes;
    },
    reserve(byteLength) {
      const needed = keys.length + byteLength;
      if (needed <= keys.bytes.byteLength) return;
      const wider = new Uint8Array(Math.max(needed, keys.bytes.byteLength * 2));
      wider.set(keys.bytes.subarray(0, keys.length));
      keys.bytes = wider;
      keys.view = new DataView(wider.buffer);
    },
    push(end) {
      hashInto(keys.bytes, keys.length, end, hash);
      lows[count] = hash.low;
      halves[count * 2] = lowSortWord(hash.low, count);
      halves[count * 2 + 1] = hash.high;
      starts[++count] = end;
    },
    async flush() {
      if (count === 0) return;
      const byteLength = keys.length + count * 12;
      if (byteLength > room.byteLength) room = new Uint8Array(byteLength);
      const run = room.subarray(0, byteLength);
      serialize({ count, bytes: keys.bytes, starts, lows, words }, run);
      count = 0;
      if ((await store.add(run)) === "held") room = new Uint8Array(0);
    },
  };
  return keys;
}

/** Fills the run of a table's keys, as `key-run.ts` describes it. */
function serialize(table: KeyTable, run: Uint8Array): void {
  const { count, starts, lows, words } = table;
  const order = sortKeys(table);
  const halves = new Uint32Array(words.buffer, words.byteOffset, words.length * 2);
  const source = Buffer.from(table.bytes.buffer, table.bytes.byteOffset, table.bytes.byteLength);
  const view = new DataView(run.buffer, run.byteOffset, run.byteLength);
  let at = 0;
  for (let index = 0; index < count; index++) {
    const key = order[index] ?? 0;
    const start = starts[key] ?? 0;
    const end = starts[key + 1] ?? 0;
    view.setUint32(at, lows[key] ?? 0, true);
    view.setUint32(at + 4, halves[index * 2 + 1] ?? 0, true);
    view.setUint32(at + 8, end - start, true);
    source.copy(run, at + 12, start, end);
    at += 12 + end - start;
  }
}
