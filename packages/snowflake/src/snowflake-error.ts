import { errorFactory } from "@snowmelt/core/errors";

/** Everything this package can fail with. Messages never hold secrets, chunk URLs, tokens or `qrmk`. */
export const snowflakeError = errorFactory({
  CONFIG_INVALID: { category: "definition", summary: "The connection settings do not have the expected shape." },
  INSECURE_TRANSPORT: {
    category: "definition",
    summary: "Plain http was asked for towards a host that is not this machine.",
  },
  IDENTIFIER_INVALID: { category: "definition", summary: "A name cannot be a Snowflake identifier." },
  PLAN_INVALID: { category: "definition", summary: "An extraction cannot be planned as asked." },
  CONNECTION_FAILED: {
    category: "source",
    retryable: true,
    summary: "Snowflake could not be reached, or did not answer as Snowflake does.",
  },
  CREDENTIALS_REFUSED: { category: "credentials", summary: "Snowflake refused the login." },
  SESSION_LOST: {
    category: "source",
    retryable: true,
    summary: "The session ended on the server and could not be renewed; open a new one.",
  },
  STATEMENT_FAILED: { category: "source", summary: "Snowflake refused a statement or failed while running it." },
  STATEMENT_CANCELLED: { category: "source", summary: "A statement was cancelled on the server." },
  NOT_AUTHORIZED: { category: "credentials", summary: "The role may not do what the statement asks." },
  OBJECT_NOT_FOUND: {
    category: "definition",
    summary: "A table, view, schema, database or column does not exist, or the role may not see it.",
  },
  QUERY_NOT_FOUND: { category: "source", summary: "The server knows no query by this id." },
  STAGE_MISMATCH: {
    category: "definition",
    summary: "A stage does not point to where the lake is, so an unload into it would end elsewhere.",
  },
  RESULT_TOO_LARGE: { category: "internal", summary: "A result meant to be small has more rows than allowed." },
  RESULT_EXPIRED: { category: "source", summary: "The stored result of a query is gone; run the query again." },
  RESULT_MISMATCH: {
    category: "data",
    summary: "The result of a query is not the one that was planned, or changed while it was read.",
  },
  RESULT_INCOMPLETE: {
    category: "data",
    retryable: true,
    summary: "Fewer rows, or more, came than the statement has.",
  },
  RESULT_STALLED: {
    category: "source",
    retryable: true,
    summary: "No row came for too long: a chunk that cannot be read makes the driver wait for ever.",
  },
  RESULT_UNREADABLE: { category: "source", retryable: true, summary: "A part of a result could not be downloaded." },
  VALUE_OUT_OF_RANGE: {
    category: "data",
    summary: "A value does not fit the column's landed type exactly; nothing is rounded or cut.",
  },
});
