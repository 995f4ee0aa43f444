import { PutObjectCommand } from "@aws-sdk/client-s3";
import type { ObjectBody, ObjectMeta } from "@snowmelt/core/ports";
import { cutParts } from "./cut-parts.ts";
import { isRefused, type PutCondition, putIdName, toConditionHeaders } from "./put-condition.ts";
import { request } from "./request.ts";
import type { S3Connection } from "./s3-connection.ts";
import { toBucketKey } from "./s3-key.ts";
import { uploadParts } from "./upload-parts.ts";
import { isUnclearFailure, resolveOutcome, type WriteOutcome } from "./write-outcome.ts";

export interface WriteObject {
  readonly key: string;
  readonly body: ObjectBody;
  readonly condition: PutCondition;
  readonly signal?: AbortSignal | undefined;
}

/** A write, where it goes in the bucket, and what it knows its own work by. */
export interface ObjectWrite extends WriteObject {
  readonly bucketKey: string;
  readonly putId: string;
}

/**
 * Writes the object whole; undefined when the condition does not hold. Small bodies are put at once, others in parts. An
 * abort is heeded until the request that makes the object visible is sent: that one is waited for, and what it did is told.
 */
export async function writeObject(s3: S3Connection, asked: WriteObject): Promise<ObjectMeta | undefined> {
  const { key, body, signal } = asked;
  signal?.throwIfAborted();
  const write = { ...asked, bucketKey: toBucketKey(s3.keyPrefix, key), putId: s3.random.uuid() };
  const parts = cutParts(body, s3.partBytes);
  try {
    const first = await parts.next();
    signal?.throwIfAborted();
    if (first.done) throw new RangeError("a body is cut into at least one part");
    if (!first.value.isLast) return await uploadParts(s3, write, { first: first.value.bytes, rest: parts });
    await parts.next();
    const { bytes } = first.value;
    const outcome = await putOnce(s3, write, bytes);
    return await resolveOutcome(s3, { ...write, sizeBytes: bytes.byteLength }, outcome);
  } finally {
    await parts.return(undefined);
  }
}

async function putOnce(s3: S3Connection, write: ObjectWrite, Body: Uint8Array): Promise<WriteOutcome> {
  const { key, condition, signal, bucketKey: Key, putId } = write;
  const input = { ...s3.target, ...s3.writing, ...toConditionHeaders(condition), Metadata: { [putIdName]: putId } };
  let isUnclear = false;
  try {
    return await request(s3, { what: `write ${key}`, signal }, async () => {
      try {
        const command = new PutObjectCommand({ ...input, Key, Body, ChecksumAlgorithm: s3.checksum });
        return { kind: "written", etag: (await s3.client.send(command)).ETag };
      } catch (error) {
        if (isRefused(error, condition)) return { kind: "refused", isUnclear };
        isUnclear ||= isUnclearFailure(error);
        throw error;
      }
    });
  } catch (error) {
    return { kind: "failed", error, isUnclear };
  }
}
