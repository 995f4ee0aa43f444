export type LogLevel = "debug" | "info" | "warn" | "error";

export interface LogRecord {
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Structured logging. Fields never hold secrets; implementations redact what they are told to on top. */
export interface Logger {
  log(level: LogLevel, message: string, fields?: Readonly<Record<string, unknown>>): void;
  child(fields: Readonly<Record<string, unknown>>): Logger;
}

/** Writes nothing. */
export const silentLogger: Logger = { log: () => undefined, child: () => silentLogger };

/** Keeps every record, for tests. */
export function memoryLogger(
  records: LogRecord[] = [],
  base: Readonly<Record<string, unknown>> = {},
): Logger & { readonly records: readonly LogRecord[] } {
  return {
    records,
    log: (level, message, fields = {}) => void records.push({ level, message, fields: { ...base, ...fields } }),
    child: (fields) => memoryLogger(records, { ...base, ...fields }),
  };
}
