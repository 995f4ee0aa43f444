import { errorFactory } from "@snowmelt/core/errors";

export const parquetError = errorFactory({
  PARQUET_SCHEMA_INVALID: {
    category: "definition",
    summary: "A file cannot be written with these columns or options.",
  },
  PARQUET_BATCH_MISMATCH: {
    category: "internal",
    summary: "A batch does not have the columns, storage or lengths its fields announce.",
  },
  PARQUET_NULL_IN_REQUIRED: { category: "data", summary: "A column that is not nullable holds a NULL." },
  PARQUET_VALUE_OUT_OF_RANGE: { category: "data", summary: "A value is outside what its column's type can hold." },
  PARQUET_TEXT_INVALID: { category: "data", summary: "A text column holds bytes that are not UTF-8." },
  PARQUET_WRITER_CLOSED: { category: "internal", summary: "A finished Parquet encoder was used again." },
  PARQUET_MISSING: { category: "storage", summary: "A Parquet file that should be there is not." },
  PARQUET_CORRUPT: { category: "storage", summary: "A file is not a whole, undamaged Parquet file." },
  PARQUET_UNSUPPORTED: {
    category: "storage",
    summary: "A sound Parquet file uses a feature that Snowmelt does not read.",
  },
  PARQUET_TYPE_MISMATCH: {
    category: "data",
    summary: "A column of a file does not have the type it is to be read as.",
  },
});
