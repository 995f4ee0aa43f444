import { wordsOf } from "../format/words.ts";
import type { Dictionary } from "./dictionary.ts";
import { type DictionaryLimits, isFull, maxProbes } from "./dictionary-limits.ts";

const initialSlots = 256;

/** A dictionary of fixed-width integers, compared as 32-bit words. */
export function openWordDictionary(storage: "int32" | "int64" | "int128", limits: DictionaryLimits): Dictionary {
  const width = storage === "int32" ? 1 : storage === "int64" ? 2 : 4;
  let slots = new Int32Array(initialSlots);
  let shift = 24;
  let entries = new Int32Array((initialSlots / 2) * width);
  let count = 0;
  let seen = 0;

  const insertSlot = (entry: number): void => {
    const mask = slots.length - 1;
    let slot = hashOf(entries, entry * width, width) >>> shift;
    while (slots[slot] !== 0) slot = (slot + 1) & mask;
    slots[slot] = entry + 1;
  };
  const grow = (): void => {
    slots = new Int32Array(slots.length * 2);
    shift--;
    const wider = new Int32Array((slots.length / 2) * width);
    wider.set(entries);
    entries = wider;
    for (let entry = 0; entry < count; entry++) insertSlot(entry);
  };
  /** The entry of the value at `at`, a new one if need be; -1 when the dictionary is full. */
  const entryOf = (words: Int32Array, at: number): number => {
    const mask = slots.length - 1;
    let slot = hashOf(words, at, width) >>> shift;
    for (let probes = 0; probes < maxProbes; probes++) {
      const held = (slots[slot] ?? 0) - 1;
      if (held < 0) {
        if (isFull(limits, { count, byteLength: count * width * 4, seen, entryBytes: width * 4 })) return -1;
        for (let word = 0; word < width; word++) entries[count * width + word] = words[at + word] ?? 0;
        slots[slot] = count + 1;
        if (++count * 2 >= slots.length) grow();
        return count - 1;
      }
      if (
        entries[held * width] === words[at] &&
        (width === 1 || (entries[held * width + 1] === words[at + 1] && (width === 2 || sameTail(held * 4, words, at))))
      ) {
        return held;
      }
      slot = (slot + 1) & mask;
    }
    return -1;
  };
  const sameTail = (held: number, words: Int32Array, at: number): boolean =>
    entries[held + 2] === words[at + 2] && entries[held + 3] === words[at + 3];

  return {
    index({ vector, rows, from, count: values }, indices, at) {
      const words = wordsOf(vector);
      for (let i = 0; i < values; i++) {
        const row = rows === undefined ? from + i : (rows[i] ?? 0);
        const entry = entryOf(words, row * width);
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
      return count * width * 4;
    },
    get heldBytes() {
      return slots.byteLength + entries.byteLength;
    },
    entries() {
      const common = { validity: undefined, nullCount: 0 };
      if (storage === "int32") return { storage, ...common, values: entries.subarray(0, count) };
      return { storage, ...common, values: new BigInt64Array(entries.buffer, 0, (count * width) >> 1) };
    },
    clear() {
      slots.fill(0);
      count = 0;
      seen = 0;
    },
  };
}

function hashOf(words: Int32Array, at: number, width: number): number {
  let hash = Math.imul(words[at] ?? 0, 0x9e3779b1);
  for (let word = 1; word < width; word++) {
    hash = Math.imul((hash ^ (hash >>> 15)) + (words[at + word] ?? 0), 0x85ebca77);
  }
  return hash;
}
