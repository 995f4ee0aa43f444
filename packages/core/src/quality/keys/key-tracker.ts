import { tmpdir } from "node:os";
import { type ColumnBatch, type ColumnVector, type Field, isValid, storageOf, valueText } from "../../types/index.ts";
import { sampleText } from "../row-observer.ts";
import { fieldOf } from "../rule-kind.ts";
import { type ByteKeys, openByteKeys } from "./byte-keys.ts";
import { keyBytesText, keyPart } from "./key-bytes.ts";
import { type DuplicateKey, mergedBytes, mergeRuns } from "./merge-runs.ts";
import { openRunStore } from "./run-store.ts";
import { type KeyTally, noKeys, type RunVault } from "./sealed-keys.ts";
import { openWordKeys, type WordKeys } from "./word-keys.ts";

export interface KeyTrackerOptions {
  /** The fields of every batch, in order. */
  readonly fields: readonly Field[];
  /** The columns that make the key, at least one. */
  readonly key: readonly string[];
  /**
   * `exclude` (a table's key): a row with a NULL in any key column is counted and left out. `equal` (isUnique): a row with
   * NULL in all key columns is left out; otherwise NULL equals NULL.
   */
  readonly nulls: "exclude" | "equal";
  /** Sorted keys beyond this are spilled. Up to 40 MB more are needed while reading and merging. Default 128,000,000. */
  readonly memoryBudgetBytes?: number;
  /** Keys are sorted in runs of about this size, one of them beside the budget. Default: half the budget, 1 to 8 MiB. */
  readonly runBytes?: number;
  /** Default: the system's temporary folder. The file has no name, so nothing is left behind. */
  readonly spillDirectory?: string;
  /** What another tracker of the same key saw before, and where it left its keys. */
  readonly before?: { readonly tally: KeyTally; readonly vault: Pick<RunVault, "open"> } | undefined;
}

export interface KeyReport {
  readonly rows: number;
  /** Rows left out because of NULL. */
  readonly rowsWithNull: number;
  /** Keys that occur more than once. */
  readonly duplicateKeys: number;
  /** Rows that have such a key. */
  readonly duplicateRows: number;
  /** A few such keys, cut short, and how often they occur. */
  readonly samples: readonly { readonly key: string; readonly count: number }[];
  readonly spilledBytes: number;
}

/**
 * Finds keys that occur more than once, exactly, over any number of rows in bounded memory: keys are sorted in runs, runs
 * beyond the budget go to disk, and all are merged at the end. Batches come one after the other.
 */
export interface KeyTracker extends AsyncDisposable {
  observe(batch: ColumnBatch): Promise<void>;
  /** Once, after the last batch. */
  finish(): Promise<KeyReport>;
  /** In place of `finish`: puts the keys where a tracker that is opened with the tally goes on from them, in bounded memory. */
  seal(vault: Pick<RunVault, "seal">): Promise<KeyTally>;
}

/** Bytes of sorted keys held in memory before they go to disk. */
export const defaultKeyBudgetBytes = 128_000_000;
const maxSamples = 5;

/**
 * Tells whether a key comes twice, exactly, over any number of rows: sorted keys beyond the budget go to a nameless temporary
 * file. Dispose of it, also after a failure. SPILL_FAILED when there is no room for them.
 */
export function openKeyTracker(options: KeyTrackerOptions): KeyTracker {
  const { fields, memoryBudgetBytes = defaultKeyBudgetBytes, spillDirectory = tmpdir() } = options;
  const runBytes = options.runBytes ?? Math.min(8 << 20, Math.max(1 << 20, memoryBudgetBytes / 2));
  const columns = options.key.map((name) => fieldOf(fields, name));
  const keyFields = columns.map(({ field }) => field);
  const store = openRunStore({ memoryBudgetBytes, spillDirectory });
  const keys = isWord(keyFields)
    ? openWordCollector(openWordKeys(store, Math.ceil(runBytes / 8)))
    : openByteCollector(openByteKeys(store, { maxRunBytes: runBytes }), options.nulls);
  const { tally: before, vault } = options.before ?? { tally: noKeys, vault: undefined };
  let { rows, rowsWithNull } = before;
  return {
    async observe(batch) {
      const vectors = columns.map(({ index, field }) => vectorOf(batch, index, field));
      rowsWithNull += await keys.observe(vectors, batch.rowCount);
      rows += batch.rowCount;
    },
    async finish() {
      await keys.flush();
      const samples: { key: string; count: number }[] = [];
      let duplicateKeys = 0;
      let duplicateRows = 0;
      const sealed = before.runs.flatMap((run) => vault?.open(run) ?? []);
      await mergeRuns([...sealed, ...store.runs], keys.form, (key, count) => {
        duplicateKeys++;
        duplicateRows += count;
        if (samples.length < maxSamples) samples.push({ key: sampleText(keys.text(keyFields, key)), count });
      });
      return { rows, rowsWithNull, duplicateKeys, duplicateRows, samples, spilledBytes: store.spilledBytes };
    },
    async seal(into) {
      await keys.flush();
      const own = store.runs.length === 0 ? [] : [await into.seal(mergedBytes(store.runs, keys.form))];
      return { rows, rowsWithNull, runs: [...before.runs, ...own] };
    },
    async [Symbol.asyncDispose]() {
      await store.close();
    },
  };
}

interface Collector {
  readonly form: "word" | "wordAndBytes";
  /** The number of rows left out. */
  observe(vectors: readonly ColumnVector[], rowCount: number): Promise<number>;
  flush(): Promise<void>;
  text(fields: readonly Field[], key: DuplicateKey): string;
}

function openWordCollector(keys: WordKeys): Collector {
  return {
    form: "word",
    async observe([vector], rowCount) {
      if (!vector) return 0;
      await keys.append(vector, rowCount);
      return vector.nullCount;
    },
    flush: () => keys.flush(),
    text([field], { high, low }) {
      const value = BigInt.asIntN(64, (BigInt(high) << 32n) | BigInt(low));
      return field ? valueText(field.type, storageOf(field.type) === "int32" ? Number(value) : value) : "";
    },
  };
}

function openByteCollector(keys: ByteKeys, nulls: "exclude" | "equal"): Collector {
  return {
    form: "wordAndBytes",
    async observe(vectors, rowCount) {
      const parts = vectors.map(keyPart);
      const nullable = vectors.filter(({ nullCount }) => nullCount > 0);
      const isLeftOut = leaveOut(nullable, nulls, vectors.length);
      let leftOut = 0;
      for (let row = 0; row < rowCount; row++) {
        if (isLeftOut(row)) {
          leftOut++;
          continue;
        }
        append(keys, parts, row);
        if (keys.isFull) await keys.flush();
      }
      return leftOut;
    },
    flush: () => keys.flush(),
    text: (fields, { bytes }) => keyBytesText(fields, bytes),
  };
}

function append(keys: ByteKeys, parts: readonly ReturnType<typeof keyPart>[], row: number): void {
  let room = 0;
  for (const part of parts) room += part.reserved(row);
  keys.reserve(room);
  let at = keys.length;
  for (const part of parts) at = part.write(keys, row, at);
  keys.push(at);
}

function leaveOut(nullable: readonly ColumnVector[], nulls: "exclude" | "equal", columns: number) {
  if (nulls === "exclude") return (row: number) => nullable.some((vector) => !isValid(vector, row));
  if (nullable.length < columns) return () => false;
  return (row: number) => nullable.every((vector) => !isValid(vector, row));
}

function isWord(fields: readonly Field[]): boolean {
  const [field, ...more] = fields;
  if (!field || more.length > 0) return false;
  const storage = storageOf(field.type);
  return storage === "int64" || storage === "int32";
}

function vectorOf(batch: ColumnBatch, index: number, field: Field): ColumnVector {
  const vector = batch.columns[index];
  if (!vector || batch.fields[index]?.name !== field.name) {
    const names = batch.fields.map(({ name }) => name).join(", ");
    throw new RangeError(`expected column ${JSON.stringify(field.name)} at ${index}, the batch has ${names}`);
  }
  return vector;
}
