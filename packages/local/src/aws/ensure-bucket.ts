import type { AwsEmulators } from "./open-aws-emulators.ts";

/** Makes a bucket where there is none of that name; one that is there stays as it is. May be repeated. */
export async function ensureBucket(
  { endpoint, region, credentials }: Pick<AwsEmulators, "endpoint" | "region" | "credentials">,
  bucket: string,
): Promise<void> {
  // Loaded here alone: whoever only starts the emulators needs no client.
  const { BucketAlreadyOwnedByYou, CreateBucketCommand, S3Client } = await import("@aws-sdk/client-s3");
  const s3 = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
  try {
    await s3.send(new CreateBucketCommand({ Bucket: bucket }));
  } catch (error) {
    if (!(error instanceof BucketAlreadyOwnedByYou)) throw error;
  } finally {
    s3.destroy();
  }
}
