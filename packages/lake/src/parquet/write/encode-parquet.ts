import type { ColumnBatch, Field } from "@snowmelt/core/types";
import type { ParquetEncoderOptions } from "./encoder-options.ts";
import type { ParquetFileSummary } from "./file-summary.ts";
import { openParquetEncoder } from "./parquet-encoder.ts";

/**
 * Batches in, the bytes of one file out, row group by row group, as they are pulled; returns the file's summary.
 * Bounded by one batch and one row group, see {@link openParquetEncoder}. An abort throws between batches.
 *
 * @example
 * const meta = await store.put(key, encodeParquet(fields, batches));
 */
export async function* encodeParquet(
  fields: readonly Field[],
  batches: AsyncIterable<ColumnBatch> | Iterable<ColumnBatch>,
  options: ParquetEncoderOptions & { readonly signal?: AbortSignal } = {},
): AsyncGenerator<Uint8Array, ParquetFileSummary, undefined> {
  const { signal, ...encoderOptions } = options;
  const encoder = openParquetEncoder(fields, encoderOptions);
  for await (const batch of batches) {
    signal?.throwIfAborted();
    yield* encoder.append(batch);
  }
  signal?.throwIfAborted();
  const { parts, summary } = encoder.finish();
  yield* parts;
  return summary;
}
