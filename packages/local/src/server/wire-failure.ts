import { SqlFailure } from "../engine.ts";
import { type Envelope, toRefusal } from "./wire-envelope.ts";

/** A failure as it is kept and told: code, SQL state and words, no stack. */
export interface Failure {
  readonly code: string;
  readonly sqlState: string;
  readonly message: string;
}

/** Any exception of a statement as Snowflake would tell it; what is not SQL's fault is an internal error. */
export function toFailure(error: unknown): Failure {
  if (error instanceof SqlFailure) return { code: error.code, sqlState: error.sqlState, message: error.message };
  const reason = error instanceof Error ? error.message : String(error);
  return { code: "000603", sqlState: "XX000", message: `SQL execution internal error: ${reason}` };
}

/** The reply to a statement that failed. */
export function toFailureReply(queryId: string, failure: Failure): Envelope {
  const { code, sqlState, message } = failure;
  return toRefusal(code, message, {
    internalError: code === "000603",
    unredactedFromSecureObject: false,
    errorCode: code,
    age: 0,
    sqlState,
    queryId,
    line: -1,
    pos: -1,
    type: code.startsWith("001") || code.startsWith("002") ? "COMPILATION" : "EXECUTION",
  });
}

export const CANCELED: Failure = { code: "000604", sqlState: "57014", message: "SQL execution canceled" };

export const NOT_EXECUTING: Failure = {
  code: "000605",
  sqlState: "02000",
  message: "Identified SQL statement is not currently executing.",
};

/** A query that ran when the server went down. */
export const INTERRUPTED: Failure = {
  code: "000603",
  sqlState: "XX000",
  message: "SQL execution internal error: Processing aborted by error 370001: the server was restarted.",
};

export function toUnknownStatement(queryId: string): Failure {
  return { code: "000709", sqlState: "02000", message: `Statement ${queryId} not found` };
}

export function toTimedOut(seconds: number): Failure {
  return {
    code: "000630",
    sqlState: "57014",
    message: `Statement reached its statement or warehouse timeout of ${seconds} second(s) and was canceled.`,
  };
}
