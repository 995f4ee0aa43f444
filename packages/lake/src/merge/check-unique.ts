import type { ColumnBatch, Field } from "@snowmelt/core/types";
import { openKeyEncoder } from "./key-encoder.ts";
import { hashKey, passOf } from "./key-hash.ts";
import { nullKey, repeatedKey } from "./window-errors.ts";

export interface UniqueKeysOptions {
  readonly keyFields: readonly Field[];
  readonly rowCount: number;
  /** Keys held at a time, 8 bytes each; more rows are read in several passes. @default 16_000_000 */
  readonly maxKeys?: number | undefined;
}

/**
 * Throws MERGE_KEY_NULL or MERGE_KEY_DUPLICATE, naming the key. Hashes of 64 bits are sorted, 8 bytes a key of any type;
 * only keys whose hashes meet are read again and compared as they are. `read` gives the key columns, the same each time.
 */
export async function checkUniqueKeys(
  read: () => AsyncIterable<ColumnBatch>,
  { keyFields, rowCount, maxKeys = 16_000_000 }: UniqueKeysOptions,
): Promise<void> {
  const passes = Math.max(1, Math.ceil(rowCount / maxKeys));
  for (let pass = 0; pass < passes; pass++) {
    const repeated = await findRepeatedHashes(read(), { keyFields, passes, pass, expected: rowCount / passes });
    if (repeated.size > 0) await compareKeys(read(), keyFields, repeated);
  }
}

/** Enough to find a key that is there twice: were these all chance, the next run would tell. */
const maxRepeated = 10_000;

async function findRepeatedHashes(
  batches: AsyncIterable<ColumnBatch>,
  {
    keyFields,
    passes,
    pass,
    expected,
  }: { keyFields: readonly Field[]; passes: number; pass: number; expected: number },
): Promise<ReadonlySet<bigint>> {
  const encoder = openKeyEncoder(keyFields);
  let words = new Uint32Array(2 * Math.ceil(expected * 1.01 + 1024));
  let count = 0;
  for await (const batch of batches) {
    encoder.bind(batch.columns);
    for (let row = 0; row < batch.rowCount; row++) {
      const length = encoder.encode(row);
      if (length < 0) throw nullKey(keyFields, batch, row);
      if (passOf(encoder.bytes, length, passes) !== pass) continue;
      if (count * 2 === words.length) {
        const wider = new Uint32Array(words.length * 2);
        wider.set(words);
        words = wider;
      }
      words[count * 2] = hashKey(encoder.bytes, 0, length, 1);
      words[count * 2 + 1] = hashKey(encoder.bytes, 0, length, 2);
      count++;
    }
  }
  const hashes = new BigUint64Array(words.buffer, 0, count).sort();
  const repeated = new Set<bigint>();
  for (let at = 1; at < count && repeated.size < maxRepeated; at++) {
    const hash = hashes[at];
    if (hash !== undefined && hash === hashes[at - 1]) repeated.add(hash);
  }
  return repeated;
}

async function compareKeys(
  batches: AsyncIterable<ColumnBatch>,
  keyFields: readonly Field[],
  repeated: ReadonlySet<bigint>,
): Promise<void> {
  const encoder = openKeyEncoder(keyFields);
  const seen = new Set<string>();
  const words = new Uint32Array(2);
  const hash = new BigUint64Array(words.buffer);
  for await (const batch of batches) {
    encoder.bind(batch.columns);
    for (let row = 0; row < batch.rowCount; row++) {
      const length = encoder.encode(row);
      words[0] = hashKey(encoder.bytes, 0, length, 1);
      words[1] = hashKey(encoder.bytes, 0, length, 2);
      if (!repeated.has(hash[0] ?? 0n)) continue;
      const key = Buffer.from(encoder.bytes.subarray(0, length)).toString("latin1");
      if (seen.has(key)) throw repeatedKey(keyFields, batch, row);
      seen.add(key);
    }
  }
}
