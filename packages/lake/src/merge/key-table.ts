/**
 * A set of byte strings that gives each its ordinal: 0 for the first added, and so on. Open addressing over typed arrays,
 * no object a key: about 15 bytes a key besides its own bytes.
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

export function openKeyTable(expectedKeys = 1024): KeyTable {
  let capacity = 2 ** Math.ceil(Math.log2(Math.max(16, expectedKeys) * 1.6));
  let slots = new Int32Array(capacity);
  let hashes = new Int32Array(capacity);
  let ends = new Uint32Array(capacity);
  let arena = new Uint8Array(capacity * 8);
  let size = 0;

  const startOf = (ordinal: number): number => (ordinal === 0 ? 0 : (ends[ordinal - 1] ?? 0));
  const isAt = (ordinal: number, key: Uint8Array, length: number): boolean => {
    const start = startOf(ordinal);
    if ((ends[ordinal] ?? 0) - start !== length) return false;
    for (let at = 0; at < length; at++) if (arena[start + at] !== key[at]) return false;
    return true;
  };
  /** The slot that holds the key, or the empty one where it belongs. */
  const slotOf = (hash: number, key: Uint8Array, length: number): number => {
    const mask = capacity - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const ordinal = (slots[slot] ?? 0) - 1;
      if (ordinal < 0 || (hashes[ordinal] === hash && isAt(ordinal, key, length))) return slot;
    }
  };
  const grow = (): void => {
    capacity *= 2;
    hashes = widen(hashes, new Int32Array(capacity));
    ends = widen(ends, new Uint32Array(capacity));
    slots = new Int32Array(capacity);
    const mask = capacity - 1;
    for (let ordinal = 0; ordinal < size; ordinal++) {
      let slot = (hashes[ordinal] ?? 0) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = ordinal + 1;
    }
  };

  return {
    get size() {
      return size;
    },
    add(key, length) {
      if (size >= capacity * 0.65) grow();
      const hash = hashOf(key, length);
      const slot = slotOf(hash, key, length);
      const found = (slots[slot] ?? 0) - 1;
      if (found >= 0) return found;
      const start = startOf(size);
      if (start + length > maxArenaBytes) throw new RangeError("the keys of one merge take more than 4 GiB");
      if (start + length > arena.length) arena = widen(arena, new Uint8Array(Math.ceil((start + length) * 1.5)));
      for (let at = 0; at < length; at++) arena[start + at] = key[at] ?? 0;
      ends[size] = start + length;
      hashes[size] = hash;
      slots[slot] = ++size;
      return size - 1;
    },
    find: (key, length) => (slots[slotOf(hashOf(key, length), key, length)] ?? 0) - 1,
  };
}

/** FNV-1a, then mixed so that the low bits depend on all of it. */
function hashOf(key: Uint8Array, length: number): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < length; at++) hash = Math.imul(hash ^ (key[at] ?? 0), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

function widen<T extends Int32Array | Uint32Array | Uint8Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
