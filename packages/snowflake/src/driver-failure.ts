import { isSnowmeltError, type SnowmeltError } from "@snowmelt/core/errors";
import { scrub } from "./scrub.ts";
import { snowflakeError } from "./snowflake-error.ts";

/** What is picked out of a driver's error; everything else it carries (responses, bodies, tokens) is left behind. */
export interface DriverFailure {
  readonly kind: "network" | "http" | "server" | "chunk" | "client" | "unknown";
  /** Snowflake's code such as `002003`, the driver's such as `401001`, or a socket's such as `ECONNREFUSED`. */
  readonly code: string | undefined;
  readonly sqlState: string | undefined;
  readonly message: string;
  readonly queryId: string | undefined;
  readonly httpStatus: number | undefined;
}

const kinds: Readonly<Record<string, DriverFailure["kind"]>> = {
  NetworkError: "network",
  RequestFailedError: "http",
  UnexpectedContentError: "http",
  OperationFailedError: "server",
  LargeResultSetError: "chunk",
  ClientError: "client",
  MissingParameterError: "client",
  InvalidParameterError: "client",
};

/** Reads a driver's error, which may be anything at all. */
export function readDriverFailure(error: unknown, secrets: readonly string[] = []): DriverFailure {
  const fields = isRecord(error) ? error : {};
  const cause = isRecord(fields.cause) ? fields.cause : {};
  const response = isRecord(fields.response) ? fields.response : {};
  const data = isRecord(fields.data) ? fields.data : {};
  const kind = kinds[text(fields.name) ?? ""] ?? "unknown";
  const code = kind === "network" ? (text(cause.code) ?? text(fields.code)) : text(fields.code);
  const message = text(fields.message) || (error instanceof Error ? error.name : String(error));
  const status = response.statusCode ?? response.status;
  return {
    kind,
    code: code === "null" || code === "-1" ? undefined : code,
    sqlState: text(fields.sqlState),
    message: scrub(message, secrets),
    queryId: text(data.queryId),
    httpStatus: typeof status === "number" ? status : undefined,
  };
}

const notFound = new Set(["002003", "002043", "000904", "002140"]);
const notAuthorized = new Set(["003001", "003013", "003540", "003041"]);
const cancelled = new Set(["000604", "000630", "000605"]);
const sessionLost = new Set(["390104", "390111", "390112", "390114", "407002", "407001", "405503"]);
const resultGone = new Set(["000709", "000710", "000711", "000707", "612"]);

export interface TranslateOptions {
  /** Completes "Could not …". */
  readonly what: string;
  readonly secrets?: readonly string[];
  /** While rows are read, an error the driver does not name is one of its own defects in fetching: worth another try. */
  readonly during?: "statement" | "result";
}

/** A driver's error as one of ours. The cause is a plain copy without secrets. */
export function translateFailure(
  error: unknown,
  { what, secrets = [], during = "statement" }: TranslateOptions,
): SnowmeltError {
  if (isSnowmeltError(error)) return error;
  const failure = readDriverFailure(error, secrets);
  const code = failure.code?.padStart(6, "0");
  const suffix = [
    failure.code === undefined ? "" : `code ${failure.code}`,
    failure.sqlState === undefined ? "" : `SQL state ${failure.sqlState}`,
    failure.httpStatus === undefined ? "" : `HTTP ${failure.httpStatus}`,
    failure.queryId === undefined ? "" : `query ${failure.queryId}`,
  ].filter((part) => part !== "");
  const told = suffix.length === 0 ? "" : ` (${suffix.join(", ")})`;
  const message = `Could not ${scrub(what, secrets)}: ${failure.message}${told}`;
  const options = { details: { ...failure }, cause: plainCause(failure) };
  if (code !== undefined && sessionLost.has(code)) return snowflakeError("SESSION_LOST", message, options);
  if (failure.kind === "server" && code !== undefined) {
    if (notFound.has(code)) return snowflakeError("OBJECT_NOT_FOUND", message, options);
    if (notAuthorized.has(code)) return snowflakeError("NOT_AUTHORIZED", message, options);
    if (cancelled.has(code)) return snowflakeError("STATEMENT_CANCELLED", message, options);
    if (resultGone.has(code)) return snowflakeError("RESULT_EXPIRED", message, options);
  }
  if (failure.kind === "server") return snowflakeError("STATEMENT_FAILED", message, options);
  if (failure.kind === "chunk" || (during === "result" && failure.kind === "unknown")) {
    return snowflakeError("RESULT_UNREADABLE", message, options);
  }
  return snowflakeError("CONNECTION_FAILED", message, { ...options, retryable: isTransient(failure) });
}

function isTransient({ kind, httpStatus }: DriverFailure): boolean {
  if (kind === "client") return false;
  return httpStatus === undefined || httpStatus >= 500 || httpStatus === 408 || httpStatus === 429;
}

/** An error that holds what was picked and nothing else: a driver's own carries the response, headers and tokens. */
export function plainCause(failure: DriverFailure): Error {
  const cause = new Error(failure.message);
  cause.name = `DriverError(${failure.kind})`;
  cause.stack = `${cause.name}: ${cause.message}`;
  return cause;
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;

function text(value: unknown): string | undefined {
  if (typeof value === "string") return value === "" ? undefined : value;
  return typeof value === "number" ? String(value) : undefined;
}
