import { CreateBucketCommand, PutBucketVersioningCommand, S3Client } from "@aws-sdk/client-s3";
import { openS3Store, type S3Store, type S3StoreOptions } from "@snowmelt/lake/s3";
import { openAwsEmulators } from "@snowmelt/local/aws";

export const bucket = "acme-lake";

export interface LakeBucket extends AsyncDisposable {
  readonly endpoint: string;
  /** What a store needs to reach the bucket, for a child process too. */
  readonly options: S3StoreOptions & { readonly bucket: string };
  /** For looking behind the store. */
  readonly client: S3Client;
  /** A store of its own in the bucket, empty unless the prefix was used before. */
  open(options?: Partial<S3StoreOptions>): S3Store;
  keepVersions(): Promise<void>;
}

/** A bucket in an emulated S3. */
export async function openLakeBucket(): Promise<LakeBucket> {
  const aws = await openAwsEmulators();
  const { endpoint, region, credentials } = aws;
  const client = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  const options = { bucket, endpoint, region, credentials };
  const opened: S3Store[] = [];
  let prefixes = 0;
  return {
    endpoint,
    options,
    client,
    open(given) {
      const store = openS3Store({ ...options, prefix: `store-${++prefixes}`, ...given });
      opened.push(store);
      return store;
    },
    async keepVersions() {
      const VersioningConfiguration = { Status: "Enabled" } as const;
      await client.send(new PutBucketVersioningCommand({ Bucket: bucket, VersioningConfiguration }));
    },
    async [Symbol.asyncDispose]() {
      for (const store of opened) await store[Symbol.asyncDispose]();
      client.destroy();
      await aws[Symbol.asyncDispose]();
    },
  };
}
