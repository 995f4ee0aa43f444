import { memoryObjectStore, type ObjectStore } from "@snowmelt/core/ports";
import type { ColumnBatch, Field } from "@snowmelt/core/types";
import {
  encodeParquet,
  type ParquetEncoderOptions,
  type ParquetFileSummary,
  type ReadParquetOptions,
  readParquet,
} from "@snowmelt/lake/parquet";

export async function encode(
  fields: readonly Field[],
  batches: Iterable<ColumnBatch>,
  options?: ParquetEncoderOptions,
): Promise<{ readonly bytes: Uint8Array; readonly summary: ParquetFileSummary }> {
  const stream = encodeParquet(fields, batches, options);
  const parts: Uint8Array[] = [];
  for (;;) {
    const next = await stream.next();
    if (next.done) return { bytes: new Uint8Array(Buffer.concat(parts)), summary: next.value };
    parts.push(next.value);
  }
}

export async function storeOf(bytes: Uint8Array): Promise<ObjectStore> {
  const store = memoryObjectStore();
  await store.put("file.parquet", bytes);
  return store;
}

export async function read(bytes: Uint8Array, options?: ReadParquetOptions): Promise<ColumnBatch[]> {
  const batches: ColumnBatch[] = [];
  for await (const batch of readParquet(await storeOf(bytes), "file.parquet", options)) batches.push(batch);
  return batches;
}
