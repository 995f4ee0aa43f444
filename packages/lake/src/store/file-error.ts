import { isSnowmeltError, type SnowmeltError } from "@snowmelt/core/errors";
import { lakeError } from "../lake-error.ts";

export interface FileFailure {
  /** What was being done, for the message: `write raw/flights/part-1.parquet`. */
  readonly what: string;
  /** The path on disk. */
  readonly path: string;
  /** Known only for STORE_FULL. */
  readonly freeBytes?: number | undefined;
}

/** The error number of a Node file system error, such as `ENOENT`. */
export function fileErrorCode(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}

/** A file system error as an error of the lake that says what to do; anything else is undefined. */
export function toStoreError(error: unknown, failure: FileFailure): SnowmeltError | undefined {
  if (isSnowmeltError(error)) return error;
  const { what, path, freeBytes } = failure;
  const options = { cause: error, details: { path, errno: fileErrorCode(error) } };
  switch (fileErrorCode(error)) {
    case "ENOSPC":
    case "EDQUOT":
    case "EFBIG": {
      const free =
        freeBytes === undefined ? "" : ` (${formatBytes(freeBytes)} free now that the unfinished file is gone)`;
      return lakeError(
        "STORE_FULL",
        `Cannot ${what}: the disk or the quota is full at ${path}${free}. Make room and run again.`,
        {
          ...options,
          details: { ...options.details, freeBytes },
        },
      );
    }
    case "EACCES":
    case "EPERM":
      return lakeError(
        "STORE_READ_ONLY",
        `Cannot ${what}: ${path} may not be accessed (${fileErrorCode(error)}). Expected a folder that this user may read and write: give the user that right, or name another folder, and run again.`,
        options,
      );
    case "EROFS":
      return lakeError(
        "STORE_READ_ONLY",
        `Cannot ${what}: ${path} cannot be written to, because its file system is mounted read-only (EROFS). Mount it for writing, or name another folder, and run again.`,
        options,
      );
    case "ENOTDIR":
    case "EISDIR":
    case "EEXIST":
    case "ENOTEMPTY":
      return lakeError(
        "STORE_KEY_BLOCKED",
        `Cannot ${what}: on the way to ${path} a file stands where a folder is needed, or a folder where a file is.`,
        options,
      );
    case "ENAMETOOLONG":
      return lakeError("STORE_KEY_INVALID", `Cannot ${what}: ${path} is longer than this file system allows.`, options);
    case "EMFILE":
    case "ENFILE":
    case "EBUSY":
    case "EAGAIN":
      return lakeError("STORE_BUSY", `Cannot ${what} for the moment: ${fileErrorCode(error)} at ${path}.`, options);
    case undefined:
      return undefined;
    default:
      return lakeError(
        "STORE_FAILED",
        `Cannot ${what}: ${error instanceof Error ? error.message : String(error)} (${path}).`,
        options,
      );
  }
}

function formatBytes(bytes: number): string {
  const units = ["bytes", "KB", "MB", "GB", "TB"];
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  return `${(bytes / 1000 ** power).toFixed(power === 0 ? 0 : 1)} ${units[power]}`;
}
