import type { lakeError } from "../lake-error.ts";
import type { S3Answer } from "./s3-error.ts";

type LakeCode = keyof typeof lakeError.table;

const codes: Readonly<Record<string, LakeCode>> = {
  NoSuchBucket: "STORE_BUCKET_MISSING",
  InvalidBucketName: "STORE_BUCKET_MISSING",
  ExpiredToken: "STORE_CREDENTIALS_EXPIRED",
  ExpiredTokenException: "STORE_CREDENTIALS_EXPIRED",
  TokenRefreshRequired: "STORE_CREDENTIALS_EXPIRED",
  RequestExpired: "STORE_CREDENTIALS_EXPIRED",
  InvalidAccessKeyId: "STORE_CREDENTIALS_INVALID",
  InvalidToken: "STORE_CREDENTIALS_INVALID",
  SignatureDoesNotMatch: "STORE_CREDENTIALS_INVALID",
  AuthorizationHeaderMalformed: "STORE_CREDENTIALS_INVALID",
  NotSignedUp: "STORE_CREDENTIALS_INVALID",
  RequestTimeTooSkewed: "STORE_CREDENTIALS_INVALID",
  PermanentRedirect: "STORE_REGION_WRONG",
  TemporaryRedirect: "STORE_REGION_WRONG",
  Redirect: "STORE_REGION_WRONG",
  IllegalLocationConstraintException: "STORE_REGION_WRONG",
  SlowDown: "STORE_THROTTLED",
  RequestLimitExceeded: "STORE_THROTTLED",
  RequestTimeout: "STORE_UNREACHABLE",
  IncompleteBody: "STORE_UNREACHABLE",
  InternalError: "STORE_UNREACHABLE",
  BadDigest: "STORE_CORRUPT",
  XAmzContentChecksumMismatch: "STORE_CORRUPT",
  XAmzContentSHA256Mismatch: "STORE_CORRUPT",
  ConditionalRequestConflict: "STORE_CONFLICT",
  OperationAborted: "STORE_CONFLICT",
  NoSuchUpload: "STORE_UPLOAD_GONE",
  InvalidObjectState: "STORE_OBJECT_ARCHIVED",
  KeyTooLongError: "STORE_KEY_INVALID",
};

/** Which error of the lake a failure is. `answer` is undefined when S3 did not answer. */
export function s3ErrorCode(error: unknown, answer: S3Answer | undefined): LakeCode {
  return answer ? codeOfAnswer(answer) : codeOfFailure(error);
}

function codeOfAnswer({ code, status, message, region }: S3Answer): LakeCode {
  if (code.startsWith("KMS.") || /\bkms:/i.test(message)) return "STORE_KMS_REFUSED";
  if (code === "AuthorizationHeaderMalformed" && region !== undefined) return "STORE_REGION_WRONG";
  const known = Object.hasOwn(codes, code) ? codes[code] : undefined;
  if (known) return known;
  if (status === 301 || status === 302 || status === 307) return "STORE_REGION_WRONG";
  if (status === 401 || status === 403) return "STORE_ACCESS_DENIED";
  if (status === 409) return "STORE_CONFLICT";
  if (status === 429 || status === 503) return "STORE_THROTTLED";
  return status >= 500 || status === 408 || status === 0 ? "STORE_UNREACHABLE" : "STORE_FAILED";
}

const networkCodes = new Set([
  "ECONNRESET",
  "ECONNREFUSED",
  "ECONNABORTED",
  "EPIPE",
  "ETIMEDOUT",
  "EAI_AGAIN",
  "ENOTFOUND",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ERR_STREAM_PREMATURE_CLOSE",
  "EPROTO",
]);

function codeOfFailure(error: unknown): LakeCode {
  if (!(error instanceof Error)) return "STORE_FAILED";
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  if (error.name === "TimeoutError" || networkCodes.has(code) || code.startsWith("HPE_")) return "STORE_UNREACHABLE";
  if (error.message.startsWith("Checksum mismatch")) return "STORE_CORRUPT";
  if (error.name === "CredentialsProviderError" || error.name === "TokenProviderError") {
    return "STORE_CREDENTIALS_INVALID";
  }
  if (error.message === "Region is missing") return "STORE_OPTIONS_INVALID";
  // An answer that is no S3 answer: a proxy's page, half of an XML document.
  if (error instanceof SyntaxError || error.message.includes("Deserialization error")) return "STORE_UNREACHABLE";
  return "STORE_FAILED";
}
