import { SecretsManagerServiceException } from "@aws-sdk/client-secrets-manager";
import { coreError, isSnowmeltError, type SnowmeltError } from "@snowmelt/core/errors";
import { pipelineError } from "../../pipeline-error.ts";

const missing = new Set(["ResourceNotFoundException"]);
const kms = new Set(["DecryptionFailure", "EncryptionFailure"]);
const denied = new Set([
  "AccessDeniedException",
  "UnrecognizedClientException",
  "ExpiredTokenException",
  "InvalidSignatureException",
  "InvalidClientTokenId",
  "IncompleteSignature",
  "MissingAuthenticationTokenException",
]);
const passing = new Set(["ThrottlingException", "Throttling", "TooManyRequestsException", "InternalServiceError"]);

export interface SecretsPlace {
  /** Name or ARN of the secret. */
  readonly id: string;
  /** The region, or the endpoint. */
  readonly where: string;
  /** Completes "Could not …". */
  readonly what: string;
  /** The actions that the role needs for it. */
  readonly actions: string;
}

/** A failure of Secrets Manager as an error of ours: which code, what was asked, what to do. Never what a secret holds. */
export function toSecretsError(error: unknown, place: SecretsPlace): SnowmeltError {
  if (isSnowmeltError(error)) return error;
  const { id, where, what, actions } = place;
  const said = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const begin = `Could not ${what} ${id} (Secrets Manager, ${where}): ${said}`.replace(/\.?$/, ".");
  const options = { cause: new Error(said), details: { secretId: id, where } };
  if (!(error instanceof SecretsManagerServiceException)) return unanswered(error, begin, options);

  const { name, message } = error;
  const status = error.$metadata.httpStatusCode ?? 0;
  if (missing.has(name) || (name === "InvalidRequestException" && /deletion|deleted/i.test(message))) {
    return coreError(
      "SECRET_NOT_FOUND",
      `${begin} Make it or restore it, or correct the name, account and region.`,
      options,
    );
  }
  if (kms.has(name) || (denied.has(name) && /\bkms\b/i.test(message))) {
    return pipelineError(
      "SECRETS_KMS_REFUSED",
      `${begin} Expected its KMS key to be enabled and to allow kms:Decrypt (and kms:GenerateDataKey to a rotation) to this role.`,
      options,
    );
  }
  if (denied.has(name) || status === 401 || status === 403) {
    return pipelineError(
      "SECRETS_DENIED",
      `${begin} Expected the role to be allowed ${actions} on it, by its own policy and the secret's.`,
      options,
    );
  }
  if (passing.has(name) || status >= 500 || status === 429) {
    return pipelineError("SECRETS_UNREACHABLE", `${begin} Try again later.`, options);
  }
  return pipelineError("SECRETS_REFUSED", `${begin} The cause says what Secrets Manager expects.`, options);
}

function unanswered(error: unknown, begin: string, options: { readonly cause: Error }): SnowmeltError {
  const name = error instanceof Error ? error.name : "";
  if (name === "CredentialsProviderError" || name === "TokenProviderError") {
    return pipelineError(
      "SECRETS_DENIED",
      `${begin} Expected AWS credentials by environment, profile or role.`,
      options,
    );
  }
  if (/Region is missing/.test(begin)) {
    return pipelineError("SECRETS_REFUSED", `${begin} Set the region, or AWS_REGION.`, options);
  }
  return pipelineError(
    "SECRETS_UNREACHABLE",
    `${begin} Look at the network and the endpoint, then try again.`,
    options,
  );
}
