import type { Dictionary } from "./dictionary.ts";
import { type DictionaryLimits, isFull, maxProbes } from "./dictionary-limits.ts";

const initialSlots = 256;

/** A dictionary of byte strings. */
export function openBytesDictionary(limits: DictionaryLimits): Dictionary {
  let slots = new Int32Array(initialSlots);
  let hashes = new Int32Array(initialSlots / 2);
  let offsets = new Int32Array(initialSlots / 2 + 1);
  let bytes = new Uint8Array(1024);
  let length = 0;
  let count = 0;
  let seen = 0;

  const grow = (): void => {
    slots = new Int32Array(slots.length * 2);
    hashes = widened(hashes, slots.length / 2);
    offsets = widened(offsets, slots.length / 2 + 1);
    const mask = slots.length - 1;
    for (let entry = 0; entry < count; entry++) {
      let slot = (hashes[entry] ?? 0) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = entry + 1;
    }
  };
  const add = (from: Uint8Array, start: number, size: number): void => {
    if (length + size > bytes.length) {
      const wider = new Uint8Array(Math.max(length + size, bytes.length * 2));
      wider.set(bytes.subarray(0, length));
      bytes = wider;
    }
    bytes.set(from.subarray(start, start + size), length);
    length += size;
    count++;
    offsets[count] = length;
  };
  const isEntry = (entry: number, from: Uint8Array, start: number, size: number): boolean => {
    const at = offsets[entry] ?? 0;
    if ((offsets[entry + 1] ?? 0) - at !== size) return false;
    for (let i = 0; i < size; i++) if (bytes[at + i] !== from[start + i]) return false;
    return true;
  };
  /** The entry of the value, a new one if need be; -1 when the dictionary is full. */
  const entryOf = (from: Uint8Array, start: number, size: number): number => {
    const mask = slots.length - 1;
    const hash = hashOf(from, start, size);
    let slot = hash & mask;
    for (let probes = 0; probes < maxProbes; probes++) {
      const held = (slots[slot] ?? 0) - 1;
      if (held < 0) {
        if (isFull(limits, { count, byteLength: length + 4 * count, seen, entryBytes: size + 4 })) return -1;
        hashes[count] = hash;
        slots[slot] = count + 1;
        add(from, start, size);
        if (count * 2 >= slots.length) grow();
        return count - 1;
      }
      if (hashes[held] === hash && isEntry(held, from, start, size)) return held;
      slot = (slot + 1) & mask;
    }
    return -1;
  };

  return {
    index({ vector, rows, from, count: values }, indices, at) {
      if (vector.storage !== "bytes") throw new TypeError(`expected bytes, got ${vector.storage}`);
      for (let i = 0; i < values; i++) {
        const row = rows === undefined ? from + i : (rows[i] ?? 0);
        const start = vector.offsets[row] ?? 0;
        const entry = entryOf(vector.bytes, start, (vector.offsets[row + 1] ?? 0) - start);
        if (entry < 0) return i;
        indices[at + i] = entry;
        seen++;
      }
      return values;
    },
    get count() {
      return count;
    },
    get byteLength() {
      return length + 4 * count;
    },
    get heldBytes() {
      return slots.byteLength + hashes.byteLength + offsets.byteLength + bytes.byteLength;
    },
    entries: () => ({
      storage: "bytes",
      validity: undefined,
      nullCount: 0,
      offsets: offsets.subarray(0, count + 1),
      bytes: bytes.subarray(0, length),
    }),
    clear() {
      slots.fill(0);
      length = 0;
      count = 0;
      seen = 0;
    },
  };
}

function widened(from: Int32Array, length: number): Int32Array<ArrayBuffer> {
  const to = new Int32Array(length);
  to.set(from);
  return to;
}

/** Four bytes a step; the end is mixed so that the low bits, which choose the slot, depend on all of them. */
function hashOf(bytes: Uint8Array, start: number, size: number): number {
  let hash = size;
  let at = start;
  for (const end = start + (size & ~3); at < end; at += 4) {
    const word =
      (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24);
    hash = Math.imul(hash ^ word, 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  for (const end = start + size; at < end; at++) hash = Math.imul(hash ^ (bytes[at] ?? 0), 0x85ebca77);
  hash ^= hash >>> 15;
  hash = Math.imul(hash, 0xc2b2ae3d);
  return hash ^ (hash >>> 13);
}
