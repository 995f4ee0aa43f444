import type { S3ClientConfig } from "@aws-sdk/client-s3";
import type { Clock, Random } from "@snowmelt/core/ports";
import { lakeError } from "../lake-error.ts";
import { checkEndpoint } from "./endpoint.ts";

export type S3Checksum = "CRC32" | "CRC32C" | "CRC64NVME";

export interface S3StoreOptions {
  readonly bucket: string;
  /** Keys of the store are below it. @default "" (the whole bucket) */
  readonly prefix?: string;
  /** @default what the environment or profile says; `us-east-1` beside an `endpoint` */
  readonly region?: string;
  /** Of something that speaks S3. Plain http only on a loopback address. @default AWS */
  readonly endpoint?: string;
  /** Whether the bucket goes into the path and not into the host's name. @default true beside an `endpoint` */
  readonly pathStyle?: boolean;
  /** Keys, or a function that gives them again when they expire. @default the AWS chain: environment, profile, role */
  readonly credentials?: S3ClientConfig["credentials"];
  /** Twelve digits. Every call says it, and S3 refuses when the bucket is of another account. */
  readonly expectedBucketOwner?: string;
  /** SSE-KMS with a bucket key. @default what the bucket says */
  readonly encryption?: { readonly kmsKeyId: string };
  /** What goes with each object and is checked on writing and reading. @default "CRC32" (native in Node) */
  readonly checksum?: S3Checksum;
  /** Bodies up to this size are put at once, larger ones in parts of it. @default 8_388_608 (8 MiB); S3 allows 5 MiB to 5 GiB */
  readonly partBytes?: number;
  /** Parts of one object on their way at a time. A body holds up to `(concurrency + 2) * partBytes`. @default 4 */
  readonly concurrency?: number;
  /** Requests on their way at a time, all objects together. @default 64 */
  readonly maxConnections?: number;
  /** Tries of one request, the first included. @default 6 */
  readonly attempts?: number;
  /** @default 5_000 */
  readonly connectTimeoutMs?: number;
  /** How long a connection may be silent before the request counts as failed. @default 30_000 */
  readonly idleTimeoutMs?: number;
  /** @default the system's */
  readonly clock?: Clock;
  /** @default the system's */
  readonly random?: Random;
}

export const s3Defaults = {
  partBytes: 8 * 1024 * 1024,
  concurrency: 4,
  maxConnections: 64,
  attempts: 6,
  connectTimeoutMs: 5_000,
  idleTimeoutMs: 30_000,
} as const;

const minPartBytes = 5 * 1024 * 1024;
const maxPartBytes = 5 * 1024 ** 3;

/** Throws STORE_OPTIONS_INVALID or STORE_ENDPOINT_INSECURE, saying what was expected. */
export function checkS3Options(options: S3StoreOptions): void {
  const { bucket, prefix = "", endpoint, expectedBucketOwner } = options;
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket)) {
    throw invalid("bucket", bucket, "3 to 63 lower-case letters, digits, dots and hyphens, such as acme-lake");
  }
  if (bucket.endsWith("--x-s3")) {
    throw invalid("bucket", bucket, "a general purpose bucket: a directory bucket does not list keys in order");
  }
  if (prefix.startsWith("/") || prefix.split("/").some((segment) => segment === "." || segment === "..")) {
    throw invalid("prefix", prefix, "a path without a leading slash, . or .., such as lake/prod");
  }
  if (expectedBucketOwner !== undefined && !/^\d{12}$/.test(expectedBucketOwner)) {
    throw invalid("expectedBucketOwner", expectedBucketOwner, "the 12 digits of an AWS account");
  }
  if (endpoint !== undefined) checkEndpoint(endpoint);
  checkWhole("partBytes", options.partBytes, minPartBytes, maxPartBytes);
  for (const name of ["concurrency", "maxConnections", "attempts", "connectTimeoutMs", "idleTimeoutMs"] as const) {
    checkWhole(name, options[name], 1, Number.MAX_SAFE_INTEGER);
  }
}

function checkWhole(name: string, value: number | undefined, min: number, max: number): void {
  if (value === undefined || (Number.isSafeInteger(value) && value >= min && value <= max)) return;
  throw invalid(name, value, `a whole number from ${min} to ${max}`);
}

function invalid(option: string, value: unknown, expected: string): Error {
  return lakeError(
    "STORE_OPTIONS_INVALID",
    `The S3 store's ${option} is ${JSON.stringify(value)}. Expected ${expected}.`,
    { details: { option, value } },
  );
}
