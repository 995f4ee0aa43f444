import { hashBytes } from "./key-hash.ts";
import { compareBytes } from "./key-run.ts";
import type { RunStore } from "./run-store.ts";

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

const maxKeys = 1 << 18;
const indexBits = 24;

export interface ByteKeysOptions {
  /** A run is full when its keys have this many bytes. */
  readonly maxRunBytes: number;
  /** Only for tests of keys that share a hash. */
  readonly hash?: typeof hashBytes;
}

export function openByteKeys(store: RunStore, options: ByteKeysOptions): ByteKeys {
  const { maxRunBytes, hash: hashInto = hashBytes } = options;
  const starts = new Uint32Array(maxKeys + 1);
  const lows = new Uint32Array(maxKeys);
  const order = new BigUint64Array(maxKeys);
  const orderWords = new Uint32Array(order.buffer);
  const hash = { high: 0, low: 0 };
  let count = 0;
  const keys: ByteKeys = {
    bytes: new Uint8Array(64 * 1024),
    view: new DataView(new ArrayBuffer(0)),
    get length() {
      return starts[count] ?? 0;
    },
    get isFull() {
      return count === maxKeys || keys.length >= maxRunBytes;
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
      orderWords[count * 2] = (hash.low & 0xff000000) | count;
      orderWords[count * 2 + 1] = hash.high;
      starts[++count] = end;
    },
    async flush() {
      if (count === 0) return;
      const run = serialize(keys.bytes, { starts, lows, order: sortedOrder(), highs: orderWords });
      count = 0;
      await store.add(run);
    },
  };
  keys.view = new DataView(keys.bytes.buffer);

  /** The native sort knows 40 bits of the hash; what they leave equal is put in order here. */
  function sortedOrder(): Uint32Array {
    order.subarray(0, count).sort();
    const sorted = new Uint32Array(count);
    for (let index = 0; index < count; index++) sorted[index] = (orderWords[index * 2] ?? 0) & ((1 << indexBits) - 1);
    for (let from = 0; from < count; ) {
      let to = from + 1;
      while (to < count && samePrefix(from, to)) to++;
      if (to - from > 1) sorted.subarray(from, to).sort(compareKeys);
      from = to;
    }
    return sorted;
  }

  function samePrefix(a: number, b: number): boolean {
    return (
      orderWords[a * 2 + 1] === orderWords[b * 2 + 1] &&
      (orderWords[a * 2] ?? 0) >>> indexBits === (orderWords[b * 2] ?? 0) >>> indexBits
    );
  }

  function compareKeys(a: number, b: number): number {
    return (lows[a] ?? 0) - (lows[b] ?? 0) || compareBytes(slice(a), slice(b));
  }

  function slice(key: number) {
    return { block: keys.bytes, start: starts[key] ?? 0, end: starts[key + 1] ?? 0 };
  }

  return keys;
}

interface Unordered {
  readonly starts: Uint32Array;
  readonly lows: Uint32Array;
  /** Key numbers in ascending order; `highs[2i + 1]` is the high word of the i-th. */
  readonly order: Uint32Array;
  readonly highs: Uint32Array;
}

function serialize(bytes: Uint8Array, { starts, lows, order, highs }: Unordered): Uint8Array {
  const total = starts[order.length] ?? 0;
  const run = new Uint8Array(total + order.length * 12);
  const view = new DataView(run.buffer);
  const source = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  for (let index = 0; index < order.length; index++) {
    const key = order[index] ?? 0;
    const start = starts[key] ?? 0;
    const end = starts[key + 1] ?? 0;
    view.setUint32(at, lows[key] ?? 0, true);
    view.setUint32(at + 4, highs[index * 2 + 1] ?? 0, true);
    view.setUint32(at + 8, end - start, true);
    source.copy(run, at + 12, start, end);
    at += 12 + end - start;
  }
  return run;
}
