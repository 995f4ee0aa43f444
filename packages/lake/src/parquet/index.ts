export type { Codec } from "./format/codec.ts";
export { parquetError } from "./parquet-error.ts";
export type { DictionaryLimits } from "./write/dictionary-limits.ts";
export { encodeParquet } from "./write/encode-parquet.ts";
export type { ParquetEncoderOptions } from "./write/encoder-options.ts";
export type { ColumnSummary, ParquetFileSummary } from "./write/file-summary.ts";
export { openParquetEncoder, type ParquetEncoder, type RowRange } from "./write/parquet-encoder.ts";
