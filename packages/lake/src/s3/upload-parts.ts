import { AbortMultipartUploadCommand, CreateMultipartUploadCommand, UploadPartCommand } from "@aws-sdk/client-s3";
import type { ObjectMeta } from "@snowmelt/core/ports";
import { lakeError } from "../lake-error.ts";
import { completeUpload, type UploadedPart } from "./complete-upload.ts";
import type { BodyPart } from "./cut-parts.ts";
import { putIdName } from "./put-condition.ts";
import { request } from "./request.ts";
import type { S3Connection } from "./s3-connection.ts";
import { abortPolicy } from "./worst-case.ts";
import type { ObjectWrite } from "./write-object.ts";
import { resolveOutcome } from "./write-outcome.ts";

const maxParts = 10_000;

export interface PartsOfBody {
  readonly first: Uint8Array;
  readonly rest: AsyncIterator<BodyPart>;
}

/**
 * Writes a body in parts, up to `concurrency` of them at a time, and makes it visible by the last request. Whatever fails,
 * parts on their way are ended first and the upload is then aborted on the server, so that nothing can come of it later.
 */
export async function uploadParts(
  s3: S3Connection,
  write: ObjectWrite,
  body: PartsOfBody,
): Promise<ObjectMeta | undefined> {
  const uploadId = await createUpload(s3, write);
  const upload = { ...write, uploadId };
  let parts: readonly UploadedPart[];
  try {
    parts = await sendParts(s3, upload, body);
    write.signal?.throwIfAborted();
  } catch (error) {
    await abortUpload(s3, upload);
    throw error;
  }
  const outcome = await completeUpload(s3, upload, parts);
  if (outcome.kind !== "written") await abortUpload(s3, upload);
  const sizeBytes = parts.reduce((total, part) => total + part.sizeBytes, 0);
  return resolveOutcome(s3, { ...write, sizeBytes }, outcome);
}

async function createUpload(s3: S3Connection, { key, bucketKey: Key, putId, signal }: ObjectWrite): Promise<string> {
  return request(s3, { what: `begin the upload of ${key}`, signal }, async ({ sending }) => {
    const { UploadId } = await s3.client.send(
      new CreateMultipartUploadCommand({
        ...s3.target,
        ...s3.writing,
        Key,
        ChecksumAlgorithm: s3.checksum,
        ChecksumType: "FULL_OBJECT",
        Metadata: { [putIdName]: putId },
      }),
      sending,
    );
    if (UploadId) return UploadId;
    throw lakeError("STORE_FAILED", `S3 began the upload of ${key} without an upload id.`, { details: { key } });
  });
}

export interface Upload extends ObjectWrite {
  readonly uploadId: string;
}

/** Resolves or rejects only when no part is on its way any more. */
async function sendParts(s3: S3Connection, upload: Upload, body: PartsOfBody): Promise<readonly UploadedPart[]> {
  const stop = new AbortController();
  const signal = upload.signal ? AbortSignal.any([upload.signal, stop.signal]) : stop.signal;
  const sent: UploadedPart[] = [];
  const sending = new Set<Promise<void>>();
  let failure: { readonly error: unknown } | undefined;
  const begin = (bytes: Uint8Array, number: number): void => {
    const part = sendPart(s3, { ...upload, signal }, { bytes, number })
      .then(
        (done) => void sent.push(done),
        (error: unknown) => {
          failure ??= { error };
          stop.abort();
        },
      )
      .finally(() => sending.delete(part));
    sending.add(part);
  };
  try {
    begin(body.first, 1);
    for (let number = 2, isLast = false; !isLast && !failure; number++) {
      const part = await body.rest.next();
      upload.signal?.throwIfAborted();
      if (part.done) break;
      if (number > maxParts) throw tooManyParts(s3, upload.key);
      isLast = part.value.isLast;
      while (sending.size >= s3.concurrency && !failure) await Promise.race(sending);
      if (!failure) begin(part.value.bytes, number);
    }
  } catch (error) {
    failure ??= { error };
    stop.abort();
  }
  await Promise.all(sending);
  upload.signal?.throwIfAborted();
  if (failure) throw failure.error;
  return sent.sort((a, b) => a.PartNumber - b.PartNumber);
}

async function sendPart(
  s3: S3Connection,
  { key, bucketKey: Key, uploadId: UploadId, signal }: Upload,
  { bytes: Body, number: PartNumber }: { readonly bytes: Uint8Array; readonly number: number },
): Promise<UploadedPart> {
  return request(s3, { what: `write part ${PartNumber} of ${key}`, signal }, async ({ sending }) => {
    const ChecksumAlgorithm = s3.checksum;
    const command = new UploadPartCommand({ ...s3.target, Key, UploadId, PartNumber, Body, ChecksumAlgorithm });
    const { ETag, ChecksumCRC32, ChecksumCRC32C, ChecksumCRC64NVME } = await s3.client.send(command, sending);
    return {
      PartNumber,
      ETag,
      ...(ChecksumCRC32 === undefined ? {} : { ChecksumCRC32 }),
      ...(ChecksumCRC32C === undefined ? {} : { ChecksumCRC32C }),
      ...(ChecksumCRC64NVME === undefined ? {} : { ChecksumCRC64NVME }),
      sizeBytes: Body.byteLength,
    };
  });
}

/** Never rejects: what cannot be aborted now is left to the sweep, and the caller has a better error to tell. */
async function abortUpload(s3: S3Connection, { key, bucketKey: Key, uploadId: UploadId }: Upload): Promise<void> {
  const asked = { what: `abort the upload of ${key}`, policy: abortPolicy(s3.policy) };
  await request(s3, asked, () =>
    s3.client.send(new AbortMultipartUploadCommand({ ...s3.target, Key, UploadId })),
  ).catch(() => undefined);
}

function tooManyParts({ partBytes }: S3Connection, key: string): Error {
  return lakeError(
    "STORE_OPTIONS_INVALID",
    `${key} is larger than ${maxParts} parts of ${partBytes} bytes, the most that S3 allows. Raise the store's partBytes.`,
    { details: { key, partBytes } },
  );
}
