import type { StageFailure } from "@snowmelt/core/engine";
import { isSnowmeltError } from "@snowmelt/core/errors";
import type { CallVerdict } from "./with-breaker.ts";

const networkCodes = /^(ECONN|ETIMEDOUT|ENOTFOUND|EAI_|EPIPE|EHOST|ENETUN|UND_ERR)/;
/** Of Snowmelt's own: the service could not be reached, or did not answer as it does. */
const ownCodes: ReadonlySet<string> = new Set([
  "CONNECTION_FAILED",
  "SESSION_LOST",
  "RESULT_STALLED",
  "RESULT_UNREADABLE",
  "THROTTLED",
]);
const throttling = /throttl|toomanyrequests|slowdown|provisionedthroughputexceeded|requestlimitexceeded/i;

/**
 * What an error says of the service it came from: `bad` for throttling, the network, HTTP 429 and 5xx, and Snowflake's 390xxx (login and
 * session); `other` for everything that is the caller's own doing. Looks through the causes.
 */
export function verdictOfError(error: unknown, depth = 0): CallVerdict {
  if (typeof error !== "object" || error === null || depth > 5) return "other";
  if (isSnowmeltError(error) && ownCodes.has(error.code)) return "bad";
  if (isBadCode(field(error, "code")) || throttling.test(String(field(error, "name") ?? ""))) return "bad";
  const statuses = [
    field(error, "status"),
    field(error, "statusCode"),
    field(field(error, "response"), "status"),
    field(field(error, "$metadata"), "httpStatusCode"),
  ];
  if (statuses.some((status) => typeof status === "number" && (status === 429 || status >= 500))) return "bad";
  return verdictOfError(field(error, "cause"), depth + 1);
}

/** As `verdictOfError`, of a stage's reply, which has nothing but a code. */
export function verdictOfFailure({ code, isDeferral = false }: StageFailure): CallVerdict {
  if (code === "THROTTLED") return "bad";
  return !isDeferral && (ownCodes.has(code) || isBadCode(code)) ? "bad" : "other";
}

const isBadCode = (code: unknown): boolean =>
  (typeof code === "string" || typeof code === "number") &&
  (networkCodes.test(String(code)) || /^390\d{3}$/.test(String(code)) || throttling.test(String(code)));

const field = (of: unknown, name: string): unknown =>
  typeof of === "object" && of !== null && name in of ? (of as Record<string, unknown>)[name] : undefined;
