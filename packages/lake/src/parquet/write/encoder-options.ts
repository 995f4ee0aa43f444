import type { Codec } from "../format/codec.ts";
import { parquetError } from "../parquet-error.ts";
import { type DictionaryLimits, defaultDictionaryLimits } from "./dictionary-limits.ts";

export interface ParquetEncoderOptions {
  /** @default "zstd" */
  readonly codec?: Codec;
  /** Of zstd (1 to 22) or gzip (1 to 9). @default 1 for zstd, 6 for gzip */
  readonly codecLevel?: number;
  /** A row group ends before the row that would take it over this many raw bytes. @default 32 MiB */
  readonly rowGroupBytes?: number;
  /** @default 1_000_000 */
  readonly rowGroupRows?: number;
  /** A page ends before the row that would take it over this many raw bytes; one value may be longer. @default 1 MiB */
  readonly pageBytes?: number;
  /** @default 65_536 */
  readonly pageRows?: number;
  /** False writes no dictionaries. @default the limits of {@link DictionaryLimits} */
  readonly dictionary?: Partial<DictionaryLimits> | false;
  /** Minimum, maximum and NULL count of each column chunk in the footer. @default true */
  readonly statistics?: boolean;
  /** Column and offset indexes: bounds of each page, so that readers skip pages. @default true */
  readonly pageIndex?: boolean;
  /** Longer text and binary bounds are cut, and marked as not exact. @default 64 */
  readonly boundBytes?: number;
  /** Key-value metadata of the footer, beside what Spark needs to know of the calendar. @default {} */
  readonly metadata?: Readonly<Record<string, string>>;
  /** @default "snowmelt version 0.1.0" */
  readonly createdBy?: string;
}

export interface EncoderSettings extends Required<Omit<ParquetEncoderOptions, "codecLevel" | "dictionary">> {
  readonly codecLevel: number | undefined;
  readonly dictionary: DictionaryLimits | undefined;
}

/** parquet-java reads `<application> version <version>` and trusts no text bounds of a file whose writer it cannot name. */
export const createdBy = "snowmelt version 0.1.0";

export function toEncoderSettings(options: ParquetEncoderOptions = {}): EncoderSettings {
  const { codecLevel, dictionary, ...rest } = options;
  const settings: EncoderSettings = {
    codec: "zstd",
    rowGroupBytes: 32 << 20,
    rowGroupRows: 1_000_000,
    pageBytes: 1 << 20,
    pageRows: 65_536,
    statistics: true,
    pageIndex: true,
    boundBytes: 64,
    metadata: {},
    createdBy,
    ...rest,
    codecLevel,
    dictionary: dictionary === false ? undefined : { ...defaultDictionaryLimits, ...dictionary },
  };
  for (const name of ["rowGroupBytes", "rowGroupRows", "pageBytes", "pageRows", "boundBytes"] as const) {
    const value = settings[name];
    if (Number.isSafeInteger(value) && value > 0) continue;
    throw parquetError(
      "PARQUET_SCHEMA_INVALID",
      `Parquet option ${name}: expected a whole number above 0, got ${value}.`,
    );
  }
  // A page's sizes are 32-bit in the format, and its buffers are addressed by 32-bit numbers.
  const maxPageBytes = 256 << 20;
  if (settings.pageBytes > maxPageBytes) {
    throw parquetError(
      "PARQUET_SCHEMA_INVALID",
      `Parquet option pageBytes: expected at most ${maxPageBytes}, got ${settings.pageBytes}.`,
    );
  }
  if (settings.dictionary && settings.dictionary.maxEntries > 65_536) {
    throw parquetError(
      "PARQUET_SCHEMA_INVALID",
      `Parquet option dictionary.maxEntries: expected at most 65536, got ${settings.dictionary.maxEntries}.`,
    );
  }
  return settings;
}
