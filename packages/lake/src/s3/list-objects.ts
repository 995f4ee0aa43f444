import { ListObjectsV2Command } from "@aws-sdk/client-s3";
import type { ObjectMeta } from "@snowmelt/core/ports";
import { lakeError } from "../lake-error.ts";
import { toWholeSeconds } from "./object-time.ts";
import { request } from "./request.ts";
import type { S3Connection } from "./s3-connection.ts";
import { decodeListedKey, toBucketPrefix } from "./s3-key.ts";

export interface ListObjects {
  readonly prefix: string;
  readonly startAfter?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Objects by ascending key in UTF-8 bytes, page by page. A page that fails, or says that it is not whole, throws. */
export async function* listObjects(s3: S3Connection, list: ListObjects): AsyncGenerator<ObjectMeta> {
  const { prefix, startAfter, signal } = list;
  const Prefix = toBucketPrefix(s3.keyPrefix, prefix);
  const StartAfter = startAfter === undefined ? undefined : s3.keyPrefix + startAfter;
  let last: Buffer | undefined;
  let token: string | undefined;
  do {
    const from = token === undefined ? (StartAfter === undefined ? {} : { StartAfter }) : { ContinuationToken: token };
    const page = await request(s3, { what: `list ${prefix}*`, signal }, ({ sending }) =>
      s3.client.send(new ListObjectsV2Command({ ...s3.target, Prefix, ...from, EncodingType: "url" }), sending),
    );
    s3.isBucketKnown = true;
    for (const { Key = "", Size = 0, LastModified, ETag } of page.Contents ?? []) {
      signal?.throwIfAborted();
      const bucketKey = decodeListedKey(Key);
      const order = Buffer.from(bucketKey);
      if (last && Buffer.compare(order, last) <= 0) throw notInOrder(s3, prefix, bucketKey);
      last = order;
      const key = bucketKey.slice(s3.keyPrefix.length);
      const etag = ETag === undefined ? {} : { etag: ETag };
      yield { key, sizeBytes: Size, modifiedAtMs: toWholeSeconds(LastModified), ...etag };
    }
    token = page.IsTruncated ? page.NextContinuationToken : undefined;
    if (page.IsTruncated && token === undefined) throw endlessListing(`${prefix}*`);
  } while (token !== undefined);
}

function notInOrder({ place }: S3Connection, prefix: string, key: string): Error {
  return lakeError(
    "STORE_FAILED",
    `The listing of ${prefix}* in s3://${place.bucket} is not by ascending key in UTF-8 bytes: ${JSON.stringify(key)} is out of place. Expected a general purpose bucket of S3, or a store that lists as it does.`,
    { details: { prefix, key } },
  );
}

/** A page said that there is more, and not where it goes on: what came so far may not pass for the whole. */
export function endlessListing(what: string): Error {
  return lakeError("STORE_FAILED", `The listing of ${what} says that there is more, and not where it goes on.`);
}
