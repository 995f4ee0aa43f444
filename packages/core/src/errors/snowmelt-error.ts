import type { ErrorCategory } from "./error-factory.ts";

export interface SnowmeltErrorOptions {
  readonly cause?: unknown;
  /** Plain data that helps to find the place: path, table, column, row, limits. Never a secret. */
  readonly details?: Readonly<Record<string, unknown>>;
  /** Overrides the code's default. */
  readonly retryable?: boolean;
}

/**
 * The one base error of Snowmelt. `message` says what was expected, what came, and where; `code` is stable and documented
 * in the package's error table; `retryable` says whether the same operation may succeed when simply repeated.
 */
export class SnowmeltError extends Error {
  override readonly name = "SnowmeltError";
  readonly code: string;
  readonly category: ErrorCategory;
  readonly retryable: boolean;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    entry: { readonly code: string; readonly category: ErrorCategory; readonly retryable: boolean },
    message: string,
    options: SnowmeltErrorOptions = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = entry.code;
    this.category = entry.category;
    this.retryable = options.retryable ?? entry.retryable;
    this.details = options.details ?? {};
  }

  toJSON(): { code: string; category: ErrorCategory; message: string; retryable: boolean; details: unknown } {
    const { code, category, message, retryable, details } = this;
    return { code, category, message, retryable, details };
  }
}

/** Whether something thrown is an error of Snowmelt, of this code where one is given. Of this copy of the package only. */
export function isSnowmeltError(error: unknown, code?: string): error is SnowmeltError {
  return error instanceof SnowmeltError && (code === undefined || error.code === code);
}
