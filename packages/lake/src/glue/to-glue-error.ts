import { isSnowmeltError, type SnowmeltError } from "@snowmelt/core/errors";
import { type GlueErrorCode, glueError } from "./glue-error.ts";

const codes: ReadonlyMap<string, GlueErrorCode> = new Map([
  ["EntityNotFoundException", "GLUE_ENTITY_MISSING"],
  ["AlreadyExistsException", "GLUE_ALREADY_EXISTS"],
  ["ConcurrentModificationException", "GLUE_CHANGED_MEANWHILE"],
  ["VersionMismatchException", "GLUE_CHANGED_MEANWHILE"],
  ["CrawlerRunningException", "GLUE_CRAWLER_RUNNING"],
  ["ThrottlingException", "GLUE_THROTTLED"],
  ["TooManyRequestsException", "GLUE_THROTTLED"],
  ["RequestLimitExceeded", "GLUE_THROTTLED"],
  ["InternalServiceException", "GLUE_UNAVAILABLE"],
  ["OperationTimeoutException", "GLUE_UNAVAILABLE"],
  ["ServiceUnavailable", "GLUE_UNAVAILABLE"],
  ["TimeoutError", "GLUE_UNAVAILABLE"],
  ["ResourceNumberLimitExceededException", "GLUE_LIMIT_REACHED"],
  ["AccessDeniedException", "GLUE_ACCESS_DENIED"],
  ["GlueEncryptionException", "GLUE_ACCESS_DENIED"],
  ["ExpiredTokenException", "GLUE_CREDENTIALS_INVALID"],
  ["UnrecognizedClientException", "GLUE_CREDENTIALS_INVALID"],
  ["InvalidSignatureException", "GLUE_CREDENTIALS_INVALID"],
  ["IncompleteSignatureException", "GLUE_CREDENTIALS_INVALID"],
  ["CredentialsProviderError", "GLUE_CREDENTIALS_INVALID"],
]);

const advice: Partial<Record<GlueErrorCode, string>> = {
  GLUE_ACCESS_DENIED:
    "Grant the role this action on the catalog, the database and the table, and the catalog's KMS key.",
  GLUE_CREDENTIALS_INVALID: "Renew them, or look which ones the environment gives.",
  GLUE_LIMIT_REACHED: "Ask AWS for a higher quota.",
};

const networkCodes = new Set(["ECONNRESET", "ECONNREFUSED", "EPIPE", "ETIMEDOUT", "EAI_AGAIN", "ENOTFOUND"]);

/** A failure of the API or of the way to it as an error of ours. `what` is such as `read the table lake.flights`. */
export function toGlueError(error: unknown, what: string): SnowmeltError {
  if (isSnowmeltError(error)) return error;
  const name = error instanceof Error ? error.name : "";
  const code = codes.get(name) ?? codeByStatus(error);
  const said = error instanceof Error ? error.message : String(error);
  const todo = advice[code];
  return glueError(code, `Glue could not ${what}: ${name}: ${said}${todo === undefined ? "" : ` ${todo}`}`, {
    cause: error,
    details: { operation: what, reason: name },
  });
}

function codeByStatus(error: unknown): GlueErrorCode {
  if (typeof error !== "object" || error === null) return "GLUE_REFUSED";
  if ("code" in error && typeof error.code === "string" && networkCodes.has(error.code)) return "GLUE_UNAVAILABLE";
  const metadata = "$metadata" in error ? error.$metadata : undefined;
  if (typeof metadata !== "object" || metadata === null || !("httpStatusCode" in metadata)) return "GLUE_REFUSED";
  const status = Number(metadata.httpStatusCode);
  if (status === 429) return "GLUE_THROTTLED";
  if (status >= 500) return "GLUE_UNAVAILABLE";
  return status === 401 || status === 403 ? "GLUE_ACCESS_DENIED" : "GLUE_REFUSED";
}
