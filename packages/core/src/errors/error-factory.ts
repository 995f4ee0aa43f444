import { SnowmeltError, type SnowmeltErrorOptions } from "./snowmelt-error.ts";

/** What kind of person or system can mend it; the command line's exit code follows from it. */
export type ErrorCategory =
  | "definition" // the definition or the call is wrong
  | "credentials" // who we are, or what we may do
  | "source" // Snowflake said no, or is not reachable
  | "data" // the data does not fit the declared types, or does not add up
  | "quality" // a quality rule blocked
  | "storage" // the lake cannot be read or written
  | "conflict" // another writer was there
  | "aborted" // the caller's signal
  | "internal"; // a defect of ours

export interface ErrorEntry {
  readonly category: ErrorCategory;
  /** Default false. */
  readonly retryable?: boolean;
  /** One line for the error reference. */
  readonly summary: string;
}

export interface ErrorFactory<C extends string> {
  (code: C, message: string, options?: SnowmeltErrorOptions): SnowmeltError;
  readonly table: Readonly<Record<C, ErrorEntry>>;
}

/** A package's error table as a function: `throw lakeError("DELTA_LOG_GAP", "…", { details })`. */
export function errorFactory<const C extends string>(table: Readonly<Record<C, ErrorEntry>>): ErrorFactory<C> {
  const create = (code: C, message: string, options?: SnowmeltErrorOptions): SnowmeltError => {
    const entry: ErrorEntry = table[code];
    return new SnowmeltError({ code, category: entry.category, retryable: entry.retryable ?? false }, message, options);
  };
  return Object.assign(create, { table });
}
