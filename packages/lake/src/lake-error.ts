import { errorFactory } from "@snowmelt/core/errors";

/** The errors of the lake: stores, the Delta log, landing, merging and verification. */
export const lakeError = errorFactory({
  STORE_KEY_INVALID: { category: "storage", summary: "An object key cannot be a file below the store's root." },
  STORE_KEY_BLOCKED: {
    category: "storage",
    summary: "A key and a prefix of it cannot both be objects of a file store.",
  },
  STORE_FULL: { category: "storage", summary: "The disk or quota behind the store is full." },
  STORE_READ_ONLY: { category: "storage", summary: "The store's folder may not be written to." },
  STORE_BUSY: {
    category: "storage",
    retryable: true,
    summary: "The operating system is short of file handles or the file is busy for a moment.",
  },
  STORE_FAILED: { category: "storage", summary: "Reading or writing the store failed." },
  DELTA_TABLE_MISSING: { category: "storage", summary: "There is no Delta table at the path." },
  DELTA_LOG_INVALID: { category: "storage", summary: "A log entry is not what the Delta protocol says." },
  DELTA_LOG_GAP: { category: "storage", summary: "A version is missing from the Delta log." },
  DELTA_LOG_TRUNCATED: {
    category: "storage",
    summary: "The oldest log entries are gone and only a checkpoint remains, which is not read.",
  },
  DELTA_UNSUPPORTED: { category: "storage", summary: "The table asks for a feature of Delta that is not implemented." },
  DELTA_SCHEMA_INVALID: { category: "data", summary: "A schema cannot be written as a Delta schema." },
  DELTA_TYPE_UNSUPPORTED: { category: "data", summary: "A column type has no exact form in Delta." },
  DELTA_COMMIT_INVALID: { category: "internal", summary: "A commit breaks a rule of the Delta protocol." },
  DELTA_COMMIT_LOST: {
    category: "storage",
    retryable: true,
    summary: "The answer to a commit was lost and the log could not be read to learn its outcome.",
  },
  DELTA_FILE_MISSING: { category: "storage", summary: "A data file that a commit names is absent or of another size." },
  DELTA_LANE_BROKEN: { category: "data", summary: "The log holds a lane without its window, or the reverse." },
  PARTITION_INVALID: { category: "definition", summary: "A column cannot be partitioned by the transform asked for." },
  PARTITION_VALUE_INVALID: { category: "data", summary: "A value has no form as a Delta partition value." },
  LAND_COUNT_MISMATCH: { category: "internal", summary: "Files do not hold the rows that were landed." },
  LAND_SCHEMA_MISMATCH: { category: "internal", summary: "A batch does not have the fields that are being landed." },
  MERGE_KEY_INVALID: { category: "definition", summary: "A column of this type cannot be a merge key or cursor." },
  MERGE_KEY_NULL: { category: "data", summary: "A key column is NULL." },
  MERGE_KEY_DUPLICATE: { category: "data", summary: "A key occurs twice." },
  MERGE_CURSOR_INVALID: { category: "data", summary: "A cursor does not fit into 64 bits." },
  MERGE_COUNT_MISMATCH: { category: "internal", summary: "The rows before and after a merge do not add up." },
});
