import { hashKey } from "./key-hash.ts";

/**
 * A set of byte strings that gives each its ordinal: 0 for the first added, and so on. Open addressing over typed arrays,
 * no object a key: 6 to 12 bytes a key besides its own bytes, and 4 more where keys differ in length.
 */
export interface KeyTable {
  readonly size: number;
  /** The key's ordinal; it is new when that equals the size before. */
  add(key: Uint8Array, length: number): number;
  /** The key's ordinal, or -1. */
  find(key: Uint8Array, length: number): number;
}

/** Past this the offsets would not fit into 32 bits. */
const maxArenaBytes = 2 ** 32;
const maxLoad = 0.65;

/** `width` is the length of every key, or undefined where they differ. */
export function openKeyTable(width: number | undefined, expectedKeys = 1024): KeyTable {
  let capacity = 2 ** Math.ceil(Math.log2(Math.max(16, expectedKeys + 1) / maxLoad));
  let slots = new Int32Array(capacity);
  let ends = new Uint32Array(width === undefined ? expectedKeys : 0);
  let arena = new Uint8Array((width ?? 16) * Math.max(16, expectedKeys));
  let size = 0;

  const startOf = (ordinal: number): number => {
    if (width !== undefined) return ordinal * width;
    return ordinal === 0 ? 0 : (ends[ordinal - 1] ?? 0);
  };
  const lengthOf = (ordinal: number): number => width ?? (ends[ordinal] ?? 0) - startOf(ordinal);
  const isAt = (ordinal: number, key: Uint8Array, length: number): boolean => {
    if (lengthOf(ordinal) !== length) return false;
    const start = startOf(ordinal);
    for (let at = 0; at < length; at++) if (arena[start + at] !== key[at]) return false;
    return true;
  };
  /** The slot that holds the key, or the empty one where it belongs. */
  const slotOf = (key: Uint8Array, length: number): number => {
    const mask = capacity - 1;
    for (let slot = hashKey(key, 0, length, 0) & mask; ; slot = (slot + 1) & mask) {
      const ordinal = (slots[slot] ?? 0) - 1;
      if (ordinal < 0 || isAt(ordinal, key, length)) return slot;
    }
  };
  const grow = (): void => {
    capacity *= 2;
    slots = new Int32Array(capacity);
    const mask = capacity - 1;
    for (let ordinal = 0; ordinal < size; ordinal++) {
      let slot = hashKey(arena, startOf(ordinal), lengthOf(ordinal), 0) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = ordinal + 1;
    }
  };

  return {
    get size() {
      return size;
    },
    add(key, length) {
      if (size >= capacity * maxLoad) grow();
      const slot = slotOf(key, length);
      const found = (slots[slot] ?? 0) - 1;
      if (found >= 0) return found;
      const start = startOf(size);
      if (start + length > maxArenaBytes) throw new RangeError("the keys of one pass take more than 4 GiB");
      if (start + length > arena.length) arena = widenBytes(arena, Math.ceil((start + length) * 1.5));
      for (let at = 0; at < length; at++) arena[start + at] = key[at] ?? 0;
      if (width === undefined) {
        if (size === ends.length) ends = widenEnds(ends, Math.ceil((size + 16) * 1.5));
        ends[size] = start + length;
      }
      slots[slot] = ++size;
      return size - 1;
    },
    find: (key, length) => (slots[slotOf(key, length)] ?? 0) - 1,
  };
}

function widenBytes(from: Uint8Array<ArrayBuffer>, length: number): Uint8Array<ArrayBuffer> {
  const to = new Uint8Array(length);
  to.set(from);
  return to;
}

function widenEnds(from: Uint32Array<ArrayBuffer>, length: number): Uint32Array<ArrayBuffer> {
  const to = new Uint32Array(length);
  to.set(from);
  return to;
}
