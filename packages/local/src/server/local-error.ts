import { errorFactory } from "@snowmelt/core/errors";

/** Errors of starting, running and steering the local Snowflake. What a client asks wrongly is answered on the wire. */
export const localError = errorFactory({
  LOCAL_CONFIG_INVALID: { category: "definition", summary: "The local Snowflake was given options it cannot use." },
  LOCAL_NOT_LOOPBACK: {
    category: "definition",
    summary: "The local Snowflake speaks plain http and binds to loopback addresses alone.",
  },
  LOCAL_PORT_TAKEN: { category: "definition", summary: "Another program listens on the port that was asked for." },
  LOCAL_DATA_IN_USE: { category: "conflict", summary: "Another running server holds the data folder." },
  LOCAL_DATA_UNREADABLE: { category: "storage", summary: "The data folder cannot be read or written." },
  LOCAL_START_FAILED: { category: "internal", summary: "The server's process ended before it was ready." },
  LOCAL_ADMIN_REFUSED: { category: "source", summary: "The admin endpoint refused a request." },
});

export type LocalErrorCode = keyof typeof localError.table;

/** Whether a word is one of the codes above. */
export function isLocalErrorCode(code: string): code is LocalErrorCode {
  return code in localError.table;
}
