import type { Field } from "@snowmelt/core/types";
import { CodecId, nameOf } from "../parquet/format/format.ts";
import type { FileColumn, ParquetFooter } from "../parquet/index.ts";
import { type ColumnRefusal, expectedText, foundText, refuseColumn } from "./accept-column.ts";

/** What readers of Delta take and Snowmelt reads. */
const codecs: readonly number[] = [CodecId.UNCOMPRESSED, CodecId.SNAPPY, CodecId.GZIP, CodecId.ZSTD];

/**
 * Everything in a footer that keeps the file from being a file of the table: columns that are missing, too many, named
 * twice, of another type or spelled in another case, and codecs that readers lack. The order of columns is free, for Delta
 * finds them by name. Pure.
 */
export function refuseFooter(fields: readonly Field[], footer: ParquetFooter): readonly ColumnRefusal[] {
  const wanted = new Set(fields.map(({ name }) => name));
  const missingOrOther = fields.flatMap((field) => {
    const [column, ...others] = footer.columns.filter(({ name }) => name === field.name);
    if (others.length > 0) return [{ column: field.name, expected: "one column", found: `${others.length + 1}` }];
    return column ? (refuseColumn(field, column) ?? []) : [missing(field, footer.columns)];
  });
  const extra = footer.columns
    .filter(({ name }) => !wanted.has(name))
    .map((column) => ({ column: column.name, expected: "no such column", found: foundText(column) }));
  return [...missingOrOther, ...extra, ...footer.columns.flatMap((column) => refuseCodec(column, footer) ?? [])];
}

function missing({ name, type }: Field, columns: readonly FileColumn[]): ColumnRefusal {
  const similar = columns.find((column) => column.name.toLowerCase() === name.toLowerCase());
  return {
    column: name,
    expected: expectedText(type),
    found: similar ? `${JSON.stringify(similar.name)}, spelled in another case` : "no such column",
  };
}

function refuseCodec({ name, leaf, type }: FileColumn, { rowGroups }: ParquetFooter): ColumnRefusal | undefined {
  const codec = type && rowGroups.map(({ chunks }) => chunks[leaf]?.codec ?? -1).find((id) => !codecs.includes(id));
  if (codec === undefined) return undefined;
  const expected = `a codec of ${codecs.map((id) => nameOf(CodecId, id)).join(", ")}`;
  return { column: name, expected, found: nameOf(CodecId, codec) };
}
