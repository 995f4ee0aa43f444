import { createReadStream } from "node:fs";
import { DeleteObjectCommand, paginateListObjectsV2, S3Client, S3ServiceException } from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import type { StageEncryption } from "../catalog/stage.ts";
import type { S3Access } from "./s3-access.ts";
import { stageFailure } from "./stage-failure.ts";
import type { StagedFile, StageFiles } from "./stage-files.ts";

export interface S3Place {
  readonly bucket: string;
  /** Empty, or with a slash at its end. */
  readonly prefix: string;
}

/** Bucket and prefix of `s3://bucket/prefix/`. */
export function toS3Place(url: string): S3Place {
  const [, bucket = "", prefix = ""] = /^s3:\/\/([^/]+)\/?(.*)$/.exec(url) ?? [];
  return { bucket, prefix };
}

export function openS3Client({ endpoint, region, ...credentials }: S3Access): S3Client {
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  return new S3Client({
    region,
    credentials: { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) },
    ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
    maxAttempts: 3,
  });
}

/** A stage in a bucket; files are encrypted as the stage says. */
export function openS3Files(client: S3Client, place: S3Place, encryption: StageEncryption | null): StageFiles {
  const { bucket, prefix: root } = place;
  return {
    nameOf: (key) => `s3://${bucket}/${root}${key}`,
    put: (key, file, signal) =>
      translated(async () => {
        const upload = new Upload({
          client,
          params: { Bucket: bucket, Key: `${root}${key}`, Body: createReadStream(file), ...toHeaders(encryption) },
        });
        const abort = () => void upload.abort().catch(() => undefined);
        signal.addEventListener("abort", abort, { once: true });
        try {
          await upload.done();
        } finally {
          signal.removeEventListener("abort", abort);
        }
      }, signal),
    list: (prefix, signal) =>
      translated(async () => {
        const files: StagedFile[] = [];
        const input = { Bucket: bucket, Prefix: `${root}${prefix}` };
        for await (const page of paginateListObjectsV2({ client }, input, { abortSignal: signal }))
          for (const { Key, Size, ETag, LastModified } of page.Contents ?? [])
            files.push({
              key: (Key ?? "").slice(root.length),
              bytes: Size ?? 0,
              digest: (ETag ?? "").replaceAll('"', ""),
              modified: LastModified ?? new Date(0),
            });
        return files;
      }, signal),
    remove: (key, signal) =>
      translated(async () => {
        await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: `${root}${key}` }), { abortSignal: signal });
      }, signal),
  };
}

function toHeaders(encryption: StageEncryption | null) {
  if (encryption?.type === "AWS_SSE_S3") return { ServerSideEncryption: "AES256" } as const;
  if (encryption?.type !== "AWS_SSE_KMS") return {};
  const { kmsKeyId } = encryption;
  return { ServerSideEncryption: "aws:kms", ...(kmsKeyId === null ? {} : { SSEKMSKeyId: kmsKeyId }) } as const;
}

/** What S3 refuses, as Snowflake tells it. */
async function translated<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    signal.throwIfAborted();
    if (cause instanceof S3ServiceException) {
      const status = cause.$metadata.httpStatusCode ?? 0;
      throw stageFailure(`${cause.message} (Status Code: ${status}; Error Code: ${cause.name})`, { cause });
    }
    throw stageFailure(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}
