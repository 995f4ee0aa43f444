import type { LakeLocation } from "@snowmelt/core/definition";
import type { ObjectStore } from "@snowmelt/core/ports";
import type { GlueCatalog } from "@snowmelt/lake/glue";
import type { S3StoreOptions } from "@snowmelt/lake/s3";
import { openStore } from "@snowmelt/lake/store";

/** How the lake of an environment is reached, where that is not as everywhere: a local stack, or keys of one's own. */
export interface LakeAccess {
  /** Of something that speaks S3. Plain http only on a loopback address. @default AWS, or what the environment says */
  readonly s3Endpoint?: string | undefined;
  /** Of something that speaks Glue. Plain http only on a loopback address. @default AWS, or what the environment says */
  readonly glueEndpoint?: string | undefined;
  /** @default the AWS chain: environment, profile, role */
  readonly credentials?: S3StoreOptions["credentials"];
}

/** The store of a run, and its catalog if it has one. Disposing closes connections. */
export interface OpenedLake extends AsyncDisposable {
  readonly store: ObjectStore;
  readonly catalog: OpenedCatalog | undefined;
}

export interface OpenedCatalog {
  readonly glue: GlueCatalog;
  readonly databasePrefix: string;
}

/**
 * Opens the lake at a root: a folder's path or `s3://bucket/prefix`. AWS is loaded for the latter alone, and asked nothing
 * yet. Throws STORE_OPTIONS_INVALID, STORE_ENDPOINT_INSECURE and GLUE_OPTIONS_INVALID.
 */
export async function openLake(
  root: string,
  location: LakeLocation,
  { s3Endpoint: endpoint, glueEndpoint, credentials }: LakeAccess = {},
): Promise<OpenedLake> {
  const { region, expectedBucketOwner, kmsKeyId, catalog } = location;
  const keys = credentials === undefined ? {} : { credentials };
  const s3 = {
    ...keys,
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(expectedBucketOwner === undefined ? {} : { expectedBucketOwner }),
    ...(kmsKeyId === undefined ? {} : { encryption: { kmsKeyId } }),
  };
  const store = await openStore(root, { s3 });
  const glue = catalog && (await openCatalog({ region: catalog.region ?? region, endpoint: glueEndpoint, ...keys }));
  return {
    store,
    catalog: glue && catalog && { glue, databasePrefix: catalog.databasePrefix },
    async [Symbol.asyncDispose]() {
      glue?.[Symbol.dispose]();
      if (isDisposable(store)) await store[Symbol.asyncDispose]();
    },
  };
}

/** The Glue of a region. AWS is loaded here, and asked nothing yet. Throws GLUE_OPTIONS_INVALID. */
export async function openCatalog({
  region,
  endpoint,
  credentials,
}: {
  readonly region: string | undefined;
  readonly endpoint: string | undefined;
  readonly credentials?: S3StoreOptions["credentials"];
}) {
  const { openGlue } = await import("@snowmelt/lake/glue");
  return openGlue({
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(credentials === undefined ? {} : { credentials }),
  });
}

const isDisposable = (store: ObjectStore): store is ObjectStore & AsyncDisposable => Symbol.asyncDispose in store;
