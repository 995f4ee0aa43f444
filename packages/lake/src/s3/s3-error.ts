import { S3ServiceException } from "@aws-sdk/client-s3";
import { isSnowmeltError, type SnowmeltError } from "@snowmelt/core/errors";
import { lakeError } from "../lake-error.ts";
import type { S3Place } from "./s3-connection.ts";
import { s3ErrorCode } from "./s3-error-code.ts";

type LakeCode = keyof typeof lakeError.table;

/** What S3 said, without what it echoes of a request: a session token may be among it. */
export interface S3Answer {
  /** As in S3's XML: `NoSuchKey`. Of an answer without a body, its status. */
  readonly code: string;
  readonly status: number;
  readonly message: string;
  readonly requestId: string | undefined;
  /** The bucket's region, where S3 tells it. */
  readonly region: string | undefined;
}

/** Undefined when it is not S3 that refused, but the way to it that failed. */
export function toS3Answer(error: unknown): S3Answer | undefined {
  if (!(error instanceof S3ServiceException)) return undefined;
  const region = textOf(error, "Region") ?? error.$response?.headers["x-amz-bucket-region"];
  const status = error.$metadata.httpStatusCode ?? 0;
  return {
    code: error.name === "Unknown" || error.name === "UnknownError" ? String(status) : error.name,
    status,
    message: error.message,
    requestId: error.$metadata.requestId,
    region,
  };
}

/** A failure as an error of the lake: which code, where, what was expected, what to do. */
export function toS3Error(error: unknown, what: string, place: S3Place): SnowmeltError {
  if (isSnowmeltError(error)) return error;
  const answer = toS3Answer(error);
  const code = s3ErrorCode(error, answer);
  const said = answer ? quote(answer) : reasonOf(error);
  return lakeError(code, `Cannot ${what} in ${nameOf(place)}: ${said}. ${adviceFor(code, place, answer)}`, {
    cause: answer ? new Error(said) : error,
    details: {
      ...place,
      ...(answer ? { s3Code: answer.code, status: answer.status, requestId: answer.requestId } : {}),
    },
    ...(answer?.code === "RequestTimeTooSkewed" ? { retryable: true } : {}),
  });
}

function nameOf({ bucket, region, endpoint }: S3Place): string {
  return `s3://${bucket} (${endpoint ?? region ?? "region of the environment"})`;
}

function quote({ code, status, message }: S3Answer): string {
  const said = code === String(status) ? `S3 said ${status}` : `S3 said ${code} (${status})`;
  return message === "" || message === "UnknownError" ? said : `${said}: ${JSON.stringify(message.slice(0, 500))}`;
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = "code" in error && typeof error.code === "string" && !error.message.includes(error.code);
  return `${error.message.replace(/\.$/, "") || error.name}${code ? ` (${error.code})` : ""}`;
}

function adviceFor(code: LakeCode, place: S3Place, answer: S3Answer | undefined): string {
  const { bucket, owner, kmsKeyId } = place;
  switch (code) {
    case "STORE_BUCKET_MISSING":
      return `Expected the bucket ${bucket} to exist. Create it, or correct its name and the account.`;
    case "STORE_ACCESS_DENIED":
      return [
        "Expected s3:GetObject, PutObject, DeleteObject and AbortMultipartUpload on the objects and s3:ListBucket on the bucket.",
        ...(owner === undefined ? [] : [`S3 says so too when the bucket is not of account ${owner}.`]),
        "Without s3:ListBucket it says so of a key that is not there. Look at the policies of the role, the bucket and the endpoint.",
      ].join(" ");
    case "STORE_CREDENTIALS_EXPIRED":
      return "Log in again, or give credentials that renew themselves (a role, or a function).";
    case "STORE_CREDENTIALS_INVALID":
      return answer?.code === "RequestTimeTooSkewed"
        ? "The clock of this machine is off by more than 15 minutes: set it."
        : "Expected AWS credentials by option, environment, profile or role, of an account that is active.";
    case "STORE_KMS_REFUSED":
      return `Expected the KMS key ${kmsKeyId ?? "of the bucket or object"} to be enabled, in the bucket's region, and to allow kms:GenerateDataKey and kms:Decrypt to this role.`;
    case "STORE_REGION_WRONG":
      return `The bucket is in ${answer?.region ?? "another region"}: set the store's region to that.`;
    case "STORE_OBJECT_ARCHIVED":
      return "Restore the object, and exempt the lake's tables from archiving lifecycle rules.";
    case "STORE_THROTTLED":
      return "Run again later, with fewer files or less concurrency; a new prefix needs time to scale.";
    case "STORE_CONFLICT":
      return "Nothing was written. Run again.";
    case "STORE_UPLOAD_GONE":
      return "The upload was aborted by a sweep or a lifecycle rule before it ended. Write the object again.";
    case "STORE_CORRUPT":
      return "Bytes changed on their way or at rest. Run again; if it stays, the object is damaged.";
    case "STORE_UNREACHABLE":
      return "Look at the network, the endpoint and the proxy, then run again.";
    case "STORE_OPTIONS_INVALID":
      return "Set the store's region, or AWS_REGION.";
    default:
      return answer
        ? "Nothing is known to do about it here: the request id in the details is what AWS support asks for."
        : "Nothing was asked of S3, or nothing of it is known: the cause says more.";
  }
}

function textOf(error: object, name: string): string | undefined {
  const value: unknown = Reflect.get(error, name);
  return typeof value === "string" && value !== "" ? value : undefined;
}
