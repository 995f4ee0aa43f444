import { DynamoDBServiceException, TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import { isSnowmeltError, type SnowmeltError } from "@snowmelt/core/errors";
import { pipelineError } from "../../pipeline-error.ts";

const transient = new Set([
  "ProvisionedThroughputExceededException",
  "ThrottlingException",
  "RequestLimitExceeded",
  "InternalServerError",
  "ServiceUnavailable",
  "TransactionConflictException",
  "TransactionInProgressException",
  "ReplicatedWriteConflictException",
]);
/** Reasons of a cancelled transaction that say nothing of its conditions. */
const transientReasons = new Set([
  "TransactionConflict",
  "ThrottlingError",
  "ProvisionedThroughputExceeded",
  "RequestLimitExceeded",
]);
const denied = new Set([
  "AccessDeniedException",
  "UnrecognizedClientException",
  "ExpiredTokenException",
  "InvalidSignatureException",
  "MissingAuthenticationTokenException",
]);

/** Whether the same request may succeed when it is simply repeated. */
export function isTransient(error: unknown): boolean {
  if (isSnowmeltError(error)) return error.retryable;
  if (error instanceof TransactionCanceledException) {
    const reasons = (error.CancellationReasons ?? []).flatMap(({ Code }) => (Code && Code !== "None" ? [Code] : []));
    return reasons.length > 0 && reasons.every((reason) => transientReasons.has(reason));
  }
  if (error instanceof DynamoDBServiceException) {
    return transient.has(error.name) || (error.$metadata.httpStatusCode ?? 0) >= 500;
  }
  // It did not come to an answer: the network, or a connection that was cut.
  return isNetworkFailure(error);
}

const networkCodes = new Set(["ECONNRESET", "ECONNREFUSED", "EPIPE", "ETIMEDOUT", "EAI_AGAIN", "ENOTFOUND"]);
function isNetworkFailure(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error.name === "TimeoutError") return true;
  return "code" in error && typeof error.code === "string" && networkCodes.has(error.code);
}

/** A failure as an error of the engine's stores: where, what was expected, what to do. */
export function toStoreError(error: unknown, what: string, table: string): SnowmeltError {
  if (isSnowmeltError(error)) return error;
  const name = error instanceof Error ? error.name : "";
  const said = error instanceof Error ? `${error.name}: ${error.message.slice(0, 500)}` : String(error);
  const place = `Cannot ${what} in the DynamoDB table ${table}: ${said}.`;
  const options = { cause: error, details: { table, name } };
  if (name === "ResourceNotFoundException") {
    return pipelineError(
      "ENGINE_TABLE_MISSING",
      `${place} Expected the table and its indexes as planEngineTable describes them, in this account and region.`,
      options,
    );
  }
  if (denied.has(name) || name === "CredentialsProviderError") {
    return pipelineError(
      "ENGINE_STORE_DENIED",
      `${place} Expected credentials of a role that may read and write the table and query its indexes.`,
      options,
    );
  }
  return pipelineError(
    "ENGINE_STORE_FAILED",
    `${place} Look at the request in the cause; when it stays, at AWS's status.`,
    {
      ...options,
      retryable: isTransient(error),
    },
  );
}
