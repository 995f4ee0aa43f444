import type { ObjectMeta } from "@snowmelt/core/ports";
import { toTableKey } from "../delta/log-path.ts";
import { type TableLocation, tableUri } from "../delta/read-commits.ts";
import { lakeError } from "../lake-error.ts";
import { type PlainManifest, parseManifest } from "./manifest-file.ts";
import { manifestFolder, parseManifestName, toManifestPath } from "./manifest-path.ts";

/** A manifest that is there, before it is read. */
export interface ListedManifest {
  readonly version: number;
  readonly meta: ObjectMeta;
}

/** The manifests of a table from a version on, the oldest first. May be retried. */
export async function listManifests(
  table: TableLocation,
  { fromVersion = 0, signal }: { readonly fromVersion?: number; readonly signal?: AbortSignal | undefined } = {},
): Promise<readonly ListedManifest[]> {
  const prefix = toTableKey(table.path, manifestFolder);
  const options = {
    ...(fromVersion > 0 ? { startAfter: toTableKey(table.path, toManifestPath(fromVersion - 1)) } : {}),
    ...(signal ? { signal } : {}),
  };
  const found: ListedManifest[] = [];
  for await (const meta of table.store.list(prefix, options)) {
    const version = parseManifestName(meta.key.slice(prefix.length));
    if (version !== undefined) found.push({ version, meta });
  }
  return found;
}

/** One manifest; undefined when it is not there. PLAIN_MANIFEST_INVALID for one that says it is another's. */
export async function readManifest(
  table: TableLocation,
  version: number,
  signal?: AbortSignal,
): Promise<PlainManifest | undefined> {
  const key = toTableKey(table.path, toManifestPath(version));
  const body = await table.store.get(key, signal ? { signal } : {});
  if (!body) return undefined;
  const manifest = parseManifest(body, `${tableUri(table)}/${toManifestPath(version)}`);
  if (manifest.version === version) return manifest;
  throw lakeError(
    "PLAIN_MANIFEST_INVALID",
    `${key} says that it is version ${manifest.version}. Somebody copied or renamed a manifest; restore the folder from a copy.`,
    { details: { key, version: manifest.version } },
  );
}

/**
 * The newest manifest that is not older than `fromVersion`; undefined where there is none. One that is swept between the
 * listing and the reading has a newer one behind it.
 */
export async function readNewestManifest(
  table: TableLocation,
  { fromVersion = 0, signal }: { readonly fromVersion?: number; readonly signal?: AbortSignal | undefined } = {},
): Promise<PlainManifest | undefined> {
  for (let from = fromVersion; ; ) {
    const newest = (await listManifests(table, { fromVersion: from, signal })).at(-1);
    if (!newest) return undefined;
    const manifest = await readManifest(table, newest.version, signal);
    if (manifest) return manifest;
    from = newest.version + 1;
  }
}
