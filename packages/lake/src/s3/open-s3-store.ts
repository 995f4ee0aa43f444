import { DeleteObjectCommand } from "@aws-sdk/client-s3";
import type { ObjectStore } from "@snowmelt/core/ports";
import { listObjects } from "./list-objects.ts";
import { openVersions, type S3Versions } from "./object-versions.ts";
import { headObject, readObject } from "./read-object.ts";
import { request } from "./request.ts";
import { openS3Connection } from "./s3-connection.ts";
import { toBucketKey } from "./s3-key.ts";
import type { S3StoreOptions } from "./s3-options.ts";
import { sweepUploads } from "./sweep-uploads.ts";
import { writeObject } from "./write-object.ts";

export interface S3Store extends ObjectStore, AsyncDisposable {
  readonly putIfMatch: NonNullable<ObjectStore["putIfMatch"]>;
  /** Older versions of objects, where the bucket keeps them. */
  readonly versions: S3Versions;
  /** Aborts uploads that killed processes left. May be repeated. */
  readonly sweepUploads: NonNullable<ObjectStore["sweepUploads"]>;
  /** Closes idle connections. Operations under way fail. */
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * An object store in a bucket of S3. No I/O before the first operation. Bodies above `partBytes` go in parts, of which
 * nothing is visible before the last request, and which are aborted when anything fails; what a kill leaves is an upload
 * for {@link S3Store.sweepUploads}. Every object carries a checksum, which is verified when it is read whole.
 * Rejects with STORE_* errors. A request that fails is tried again within; {@link s3WorstCase} says how long.
 */
export function openS3Store(options: S3StoreOptions): S3Store {
  const s3 = openS3Connection(options);
  const root = s3.keyPrefix.replace(/\/$/, "");
  return {
    uri: root === "" ? `s3://${options.bucket}` : `s3://${options.bucket}/${root}`,
    get: (key, { range, signal } = {}) => readObject(s3, { key, range, signal }),
    head: async (key, { signal } = {}) => (await headObject(s3, { key, signal }))?.meta,
    async put(key, body, { signal } = {}) {
      const meta = await writeObject(s3, { key, body, condition: { kind: "always" }, signal });
      if (meta) return meta;
      throw new RangeError(`a write of ${key} without a condition was refused by one`);
    },
    async putIfAbsent(key, body, { signal } = {}) {
      const meta = await writeObject(s3, { key, body, condition: { kind: "absent" }, signal });
      return meta ? { status: "created", meta } : { status: "exists" };
    },
    async putIfMatch(key, body, { etag, signal }) {
      const meta = await writeObject(s3, { key, body, condition: { kind: "matches", etag }, signal });
      return meta ? { status: "replaced", meta } : { status: "changed" };
    },
    list: (prefix, { startAfter, signal } = {}) => listObjects(s3, { prefix, startAfter, signal }),
    async delete(key, { signal } = {}) {
      const Key = toBucketKey(s3.keyPrefix, key);
      await request(s3, { what: `delete ${key}`, signal }, ({ sending }) =>
        s3.client.send(new DeleteObjectCommand({ ...s3.target, Key }), sending),
      );
    },
    versions: openVersions(s3),
    sweepUploads: (sweep) => sweepUploads(s3, sweep),
    async [Symbol.asyncDispose]() {
      s3.client.destroy();
    },
  };
}
