export type { Codec } from "./format/codec.ts";
export type { LeafColumn } from "./nested/leaf-column.ts";
export { findNode, type LeafGroup, readLeaves } from "./nested/read-leaves.ts";
export { openRecordCopy, type RecordCopy } from "./nested/record-copy.ts";
export { openRecordEncoder, type RecordEncoder } from "./nested/record-encoder.ts";
export {
  type GroupNode,
  type RecordNode,
  structNode,
  textListNode,
  textMapNode,
  type ValueNode,
  valueNode,
} from "./nested/record-schema.ts";
export { leavesBelow, openPresence, openRowReader, type RowReader } from "./nested/row-reader.ts";
export { parquetError } from "./parquet-error.ts";
export type { FileColumn } from "./read/file-column.ts";
export type { RowGroupMetadata } from "./read/file-metadata.ts";
export {
  type FooterColumn,
  type FooterSummary,
  footerFields,
  footerSummary,
  summarizeFooter,
} from "./read/footer-summary.ts";
export { type ParquetFooter, type ReadFooterOptions, readFooter } from "./read/read-footer.ts";
export { type ReadParquetOptions, readParquet } from "./read/read-parquet.ts";
export type { SchemaNode } from "./read/schema-tree.ts";
export type { DictionaryLimits } from "./write/dictionary-limits.ts";
export { encodeParquet } from "./write/encode-parquet.ts";
export type { ParquetEncoderOptions } from "./write/encoder-options.ts";
export type { ColumnSummary, ParquetFileSummary } from "./write/file-summary.ts";
export { openParquetEncoder, type ParquetEncoder, type RowRange } from "./write/parquet-encoder.ts";
