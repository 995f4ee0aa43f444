import { S3Client } from "@aws-sdk/client-s3";
import { type Clock, type Random, systemClock, systemRandom } from "@snowmelt/core/ports";
import type { RetryPolicy } from "@snowmelt/core/retry";
import { refuseClearText } from "../aws/refuse-clear-text.ts";
import { checkTransport } from "./endpoint.ts";
import { type Gate, openGate } from "./gate.ts";
import { toKeyPrefix } from "./s3-key.ts";
import { checkS3Options, type S3Checksum, type S3StoreOptions, s3Defaults } from "./s3-options.ts";
import { s3RetryPolicy } from "./worst-case.ts";

/** A bucket, how it is spoken to, and what its errors say of it. */
export interface S3Connection {
  readonly client: S3Client;
  readonly place: S3Place;
  /** What every call names. */
  readonly target: { readonly Bucket: string; readonly ExpectedBucketOwner?: string };
  /** What every new object is written with. */
  readonly writing: {
    readonly ServerSideEncryption?: "aws:kms";
    readonly SSEKMSKeyId?: string;
    readonly BucketKeyEnabled?: true;
  };
  /** Empty, or ending at a slash. */
  readonly keyPrefix: string;
  readonly checksum: S3Checksum;
  readonly partBytes: number;
  readonly concurrency: number;
  /** Every try of a request passes it: the SDK counts waiting for a connection as failing to connect. */
  readonly gate: Gate;
  readonly policy: RetryPolicy;
  readonly clock: Clock;
  readonly random: Random;
  /** Whether S3 ever answered for the bucket, so that a 404 without a body is about a key. */
  isBucketKnown: boolean;
}

/** For people. */
export interface S3Place {
  readonly bucket: string;
  readonly region: string | undefined;
  readonly endpoint: string | undefined;
  readonly owner: string | undefined;
  readonly kmsKeyId: string | undefined;
}

/** No I/O: the first request connects. */
export function openS3Connection(options: S3StoreOptions): S3Connection {
  checkS3Options(options);
  const { bucket, endpoint, expectedBucketOwner: owner, encryption } = options;
  const region = options.region ?? (endpoint === undefined ? undefined : "us-east-1");
  return {
    client: openClient(options, region),
    place: { bucket, region, endpoint, owner, kmsKeyId: encryption?.kmsKeyId },
    target: { Bucket: bucket, ...(owner === undefined ? {} : { ExpectedBucketOwner: owner }) },
    writing: encryption
      ? { ServerSideEncryption: "aws:kms", SSEKMSKeyId: encryption.kmsKeyId, BucketKeyEnabled: true }
      : {},
    keyPrefix: toKeyPrefix(options.prefix ?? ""),
    checksum: options.checksum ?? "CRC32",
    partBytes: options.partBytes ?? s3Defaults.partBytes,
    concurrency: options.concurrency ?? s3Defaults.concurrency,
    gate: openGate(options.maxConnections ?? s3Defaults.maxConnections),
    policy: s3RetryPolicy(options),
    clock: options.clock ?? systemClock,
    random: options.random ?? systemRandom,
    isBucketKnown: false,
  };
}

function openClient(options: S3StoreOptions, region: string | undefined): S3Client {
  const { endpoint, credentials, maxConnections: maxSockets = s3Defaults.maxConnections } = options;
  const { connectTimeoutMs, idleTimeoutMs } = { ...s3Defaults, ...options };
  const client = new S3Client({
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(credentials === undefined ? {} : { credentials }),
    forcePathStyle: options.pathStyle ?? endpoint !== undefined,
    // Retried by core's retry alone, which knows of bodies read half way and of conditional puts.
    maxAttempts: 1,
    // With it the SDK opens a connection for every part and closes it again, and heeds no limit of connections.
    expectContinueHeader: false,
    requestChecksumCalculation: "WHEN_SUPPORTED",
    responseChecksumValidation: "WHEN_SUPPORTED",
    requestHandler: {
      connectionTimeout: connectTimeoutMs,
      socketTimeout: idleTimeoutMs,
      httpAgent: { keepAlive: true, maxSockets },
      httpsAgent: { keepAlive: true, maxSockets },
      // Requests that wait for a connection are as meant: the handler would write of them to the console.
      logger: quiet,
    },
  });
  client.middlewareStack.add(refuseClearText(checkTransport), {
    step: "finalizeRequest",
    name: "snowmeltRefuseClearText",
  });
  return client;
}

const ignore = (): void => undefined;
const quiet = { trace: ignore, debug: ignore, info: ignore, warn: ignore, error: ignore };
