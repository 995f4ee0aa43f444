import {
  AbortMultipartUploadCommand,
  ListMultipartUploadsCommand,
  type ListMultipartUploadsCommandOutput,
} from "@aws-sdk/client-s3";
import type { SweepUploads, SweptUploads } from "@snowmelt/core/ports";
import { endlessListing } from "./list-objects.ts";
import { request } from "./request.ts";
import type { S3Connection } from "./s3-connection.ts";
import { toS3Answer } from "./s3-error.ts";
import { decodeListedKey, toBucketPrefix } from "./s3-key.ts";

/** Aborts uploads that killed processes left, whose parts cost as objects do. By S3's time of their begin. May be repeated. */
export async function sweepUploads(s3: S3Connection, sweep: SweepUploads = {}): Promise<SweptUploads> {
  const { olderThanMs = 24 * 60 * 60 * 1000, prefix = "", signal } = sweep;
  const beforeMs = s3.clock.nowMs() - olderThanMs;
  let [aborted, kept] = [0, 0];
  for await (const { key, uploadId, initiatedMs } of listUploads(s3, { prefix, signal })) {
    if (initiatedMs > beforeMs) kept++;
    else {
      await abortUpload(s3, { key, uploadId, signal });
      aborted++;
    }
  }
  return { aborted, kept };
}

interface ListedUpload {
  /** In the bucket. */
  readonly key: string;
  readonly uploadId: string;
  readonly initiatedMs: number;
}

async function* listUploads(
  s3: S3Connection,
  { prefix, signal }: { readonly prefix: string; readonly signal: AbortSignal | undefined },
): AsyncGenerator<ListedUpload> {
  const Prefix = toBucketPrefix(s3.keyPrefix, prefix);
  let from: { KeyMarker?: string; UploadIdMarker?: string } | undefined = {};
  while (from) {
    const input = { ...s3.target, ...from, Prefix, EncodingType: "url" as const };
    const page: ListMultipartUploadsCommandOutput = await request(
      s3,
      { what: `list unfinished uploads below ${prefix}`, signal },
      ({ sending }) => s3.client.send(new ListMultipartUploadsCommand(input), sending),
    );
    for (const { Key, UploadId, Initiated } of page.Uploads ?? []) {
      const key = decodeListedKey(Key ?? "");
      // An upload without a time is not known to be old.
      const initiatedMs = Initiated?.getTime() ?? Number.POSITIVE_INFINITY;
      if (UploadId && key.startsWith(Prefix)) yield { key, uploadId: UploadId, initiatedMs };
    }
    from = nextMarkers(page, prefix);
  }
}

function nextMarkers(
  page: ListMultipartUploadsCommandOutput,
  prefix: string,
): { KeyMarker: string; UploadIdMarker?: string } | undefined {
  if (!page.IsTruncated) return undefined;
  if (!page.NextKeyMarker) throw endlessListing(`unfinished uploads below ${prefix}`);
  const KeyMarker = decodeListedKey(page.NextKeyMarker);
  return { KeyMarker, ...(page.NextUploadIdMarker ? { UploadIdMarker: page.NextUploadIdMarker } : {}) };
}

async function abortUpload(
  s3: S3Connection,
  upload: { readonly key: string; readonly uploadId: string; readonly signal: AbortSignal | undefined },
): Promise<void> {
  const { key: Key, uploadId: UploadId, signal } = upload;
  await request(s3, { what: `abort the upload of ${Key}`, signal }, async ({ sending }) => {
    try {
      await s3.client.send(new AbortMultipartUploadCommand({ ...s3.target, Key, UploadId }), sending);
    } catch (error) {
      if (toS3Answer(error)?.code !== "NoSuchUpload") throw error;
    }
  });
}
