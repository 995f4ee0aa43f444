import { compareBytes } from "./key-run.ts";

/** Keys in memory, in the order they came. Key i is `bytes[starts[i] .. starts[i + 1])`. */
export interface KeyTable {
  readonly count: number;
  readonly bytes: Uint8Array;
  readonly starts: Uint32Array;
  /** The low words of the keys' hashes. */
  readonly lows: Uint32Array;
  /** `sortWord` of each key; put in order by `sortKeys`. */
  readonly words: BigUint64Array;
}

const indexBits = 24;

/** A table holds at most this many keys, so that their numbers fit into their sort words. */
export const maxTableKeys = 1 << 18;

/** The low half of a key's sort word: 8 bits of its hash above its number. The high half is the hash's high word. */
export const lowSortWord = (hashLow: number, key: number): number => (hashLow & (-1 << indexBits)) | key;

/**
 * The key numbers by hash, then bytes. `words` is put in the same order: its high halves are the hashes' high words. The native
 * sort knows 40 bits of the hash; what they leave equal is put in order by the rest and by the bytes.
 */
export function sortKeys(table: KeyTable): Uint32Array {
  const { count, words } = table;
  const halves = new Uint32Array(words.buffer, words.byteOffset, words.length * 2);
  words.subarray(0, count).sort();
  const sorted = new Uint32Array(count);
  for (let index = 0; index < count; index++) sorted[index] = (halves[index * 2] ?? 0) & ((1 << indexBits) - 1);
  for (let from = 0; from < count; ) {
    let to = from + 1;
    while (to < count && samePrefix(halves, from, to)) to++;
    if (to - from > 1) sorted.subarray(from, to).sort((a, b) => compareKeys(table, a, b));
    from = to;
  }
  return sorted;
}

function samePrefix(halves: Uint32Array, a: number, b: number): boolean {
  return (
    halves[a * 2 + 1] === halves[b * 2 + 1] && (halves[a * 2] ?? 0) >>> indexBits === (halves[b * 2] ?? 0) >>> indexBits
  );
}

function compareKeys(table: KeyTable, a: number, b: number): number {
  return (table.lows[a] ?? 0) - (table.lows[b] ?? 0) || compareBytes(slice(table, a), slice(table, b));
}

function slice({ bytes, starts }: KeyTable, key: number) {
  return { block: bytes, start: starts[key] ?? 0, end: starts[key + 1] ?? 0 };
}
