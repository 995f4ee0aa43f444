import { GetObjectCommand, type GetObjectCommandOutput, HeadObjectCommand } from "@aws-sdk/client-s3";
import type { ObjectMeta } from "@snowmelt/core/ports";
import { lakeError } from "../lake-error.ts";
import { toWholeSeconds } from "./object-time.ts";
import { putIdName } from "./put-condition.ts";
import { request } from "./request.ts";
import type { S3Connection } from "./s3-connection.ts";
import { toS3Answer } from "./s3-error.ts";
import { toBucketKey } from "./s3-key.ts";
import { abortPolicy } from "./worst-case.ts";

export interface ReadObject {
  readonly key: string;
  /** Half-open, in bytes. */
  readonly range?: { readonly start: number; readonly end: number } | undefined;
  /** @default the newest */
  readonly versionId?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The object's bytes, or undefined when there is none. A body that breaks off or is damaged is asked for again. */
export async function readObject(s3: S3Connection, read: ReadObject): Promise<Uint8Array | undefined> {
  const { key, range, versionId: VersionId, signal } = read;
  const start = Math.max(0, range?.start ?? 0);
  if (range && range.end <= start) return (await headObject(s3, { key, signal })) && new Uint8Array(0);
  const Key = toBucketKey(s3.keyPrefix, key);
  return request(s3, { what: `read ${key}`, signal }, async ({ sending }) => {
    try {
      const Range = range ? `bytes=${start}-${range.end - 1}` : undefined;
      const answer = await s3.client.send(
        new GetObjectCommand({ ...s3.target, Key, ...(Range ? { Range } : {}), ...(VersionId ? { VersionId } : {}) }),
        sending,
      );
      s3.isBucketKnown = true;
      return await readBody(answer, key);
    } catch (error) {
      const code = toS3Answer(error)?.code;
      if (code === "NoSuchKey" || code === "NoSuchVersion") return undefined;
      if (code === "InvalidRange") return new Uint8Array(0);
      throw error;
    }
  });
}

async function readBody({ Body, ContentLength }: GetObjectCommandOutput, key: string): Promise<Uint8Array> {
  if (ContentLength === undefined)
    throw lakeError("STORE_FAILED", `${key} came without its length, which S3 always says.`);
  const bytes = new Uint8Array(ContentLength);
  let at = 0;
  if (Body) {
    for await (const chunk of toStream(Body)) {
      if (at + chunk.byteLength <= ContentLength) bytes.set(chunk, at);
      at += chunk.byteLength;
    }
  }
  if (at === ContentLength) return bytes;
  throw lakeError("STORE_UNREACHABLE", `${key} was announced with ${ContentLength} bytes, and ${at} came.`, {
    details: { key },
  });
}

function toStream(body: object): AsyncIterable<Uint8Array> {
  if (Symbol.asyncIterator in body) return body as AsyncIterable<Uint8Array>;
  throw lakeError("STORE_FAILED", "The AWS SDK gave a body that is no stream of Node.");
}

export interface HeadObject {
  readonly key: string;
  readonly signal?: AbortSignal | undefined;
  /** `short` for a look at what came of a request that has used up its own tries. @default "full" */
  readonly policy?: "full" | "short";
}

/** Undefined when there is none. */
export async function headObject(
  s3: S3Connection,
  { key, signal, policy = "full" }: HeadObject,
): Promise<{ readonly meta: ObjectMeta; readonly putId: string | undefined } | undefined> {
  const Key = toBucketKey(s3.keyPrefix, key);
  const asked = { what: `look up ${key}`, signal, policy: policy === "short" ? abortPolicy(s3.policy) : s3.policy };
  return request(s3, asked, async ({ sending }) => {
    try {
      const found = await s3.client.send(new HeadObjectCommand({ ...s3.target, Key }), sending);
      s3.isBucketKnown = true;
      const meta = {
        key,
        sizeBytes: found.ContentLength ?? 0,
        modifiedAtMs: toWholeSeconds(found.LastModified),
        ...(found.ETag === undefined ? {} : { etag: found.ETag }),
      };
      return { meta, putId: found.Metadata?.[putIdName] };
    } catch (error) {
      const status = toS3Answer(error)?.status ?? 0;
      if (status === 404 && s3.isBucketKnown) return undefined;
      if (status >= 300 && status < 500) return explainHead(s3, { Key, sending, error });
      throw error;
    }
  });
}

/** A HEAD is answered without a body, so without a reason: the same key is read, whose refusal has one. */
async function explainHead(
  s3: S3Connection,
  head: { readonly Key: string; readonly sending: { readonly abortSignal?: AbortSignal }; readonly error: unknown },
): Promise<undefined> {
  const { Key, sending, error } = head;
  try {
    const found = await s3.client.send(new GetObjectCommand({ ...s3.target, Key, Range: "bytes=0-0" }), sending);
    if (found.Body) for await (const _ of toStream(found.Body)) break;
  } catch (reason) {
    if (toS3Answer(reason)?.code === "NoSuchKey") {
      s3.isBucketKnown = true;
      return undefined;
    }
    throw toS3Answer(reason)?.code === "InvalidRange" ? error : reason;
  }
  throw error;
}
