import {
  type DeleteMarkerEntry,
  DeleteObjectCommand,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandOutput,
} from "@aws-sdk/client-s3";
import type { ObjectVersion, ObjectVersions } from "@snowmelt/core/ports";
import { endlessListing } from "./list-objects.ts";
import { toWholeSeconds } from "./object-time.ts";
import { readObject } from "./read-object.ts";
import { request } from "./request.ts";
import type { S3Connection } from "./s3-connection.ts";
import { decodeListedKey, toBucketKey, toBucketPrefix } from "./s3-key.ts";

export interface S3Versions extends ObjectVersions {
  readonly get: NonNullable<ObjectVersions["get"]>;
}

/** The versions of a bucket that keeps them; one that does not has one version of each object, `null`. */
export function openVersions(s3: S3Connection): S3Versions {
  return {
    list: (prefix, { signal } = {}) => listVersions(s3, prefix, signal),
    get: (key, versionId, { signal } = {}) => readObject(s3, { key, versionId, signal }),
    async delete(key, versionId, { signal } = {}) {
      const Key = toBucketKey(s3.keyPrefix, key);
      await request(s3, { what: `delete version ${versionId} of ${key}`, signal }, ({ sending }) =>
        s3.client.send(new DeleteObjectCommand({ ...s3.target, Key, VersionId: versionId }), sending),
      );
    },
  };
}

async function* listVersions(
  s3: S3Connection,
  prefix: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<ObjectVersion> {
  const Prefix = toBucketPrefix(s3.keyPrefix, prefix);
  let from: { KeyMarker?: string; VersionIdMarker?: string } | undefined = {};
  while (from) {
    const input = { ...s3.target, ...from, Prefix, EncodingType: "url" as const };
    const page: ListObjectVersionsCommandOutput = await request(
      s3,
      { what: `list versions of ${prefix}*`, signal },
      ({ sending }) => s3.client.send(new ListObjectVersionsCommand(input), sending),
    );
    for (const version of page.Versions ?? []) {
      yield { ...toVersion(s3, version), isDeleteMarker: false, sizeBytes: version.Size ?? 0 };
    }
    for (const marker of page.DeleteMarkers ?? []) {
      yield { ...toVersion(s3, marker), isDeleteMarker: true, sizeBytes: 0 };
    }
    from = nextMarkers(page, prefix);
  }
}

function toVersion(s3: S3Connection, found: DeleteMarkerEntry): Omit<ObjectVersion, "isDeleteMarker" | "sizeBytes"> {
  return {
    key: decodeListedKey(found.Key ?? "").slice(s3.keyPrefix.length),
    versionId: found.VersionId ?? "null",
    isLatest: found.IsLatest ?? false,
    modifiedAtMs: toWholeSeconds(found.LastModified),
  };
}

function nextMarkers(
  page: ListObjectVersionsCommandOutput,
  prefix: string,
): { KeyMarker: string; VersionIdMarker?: string } | undefined {
  if (!page.IsTruncated) return undefined;
  if (!page.NextKeyMarker) throw endlessListing(`versions of ${prefix}*`);
  const KeyMarker = decodeListedKey(page.NextKeyMarker);
  return { KeyMarker, ...(page.NextVersionIdMarker ? { VersionIdMarker: page.NextVersionIdMarker } : {}) };
}
