import { join } from "node:path";
import { type AwsEmulators, ensureBucket, openAwsEmulators } from "@snowmelt/local/aws";
import { ensureDatabase } from "./glue-table.ts";
import { type LakePlace, lakeBucket } from "./lake-place.ts";

/** A local AWS over `.snowmelt/local/aws` with the bucket and the database that the run expects. */
export async function openAws(home: string, { database }: LakePlace): Promise<AwsEmulators> {
  const aws = await openAwsEmulators({
    directory: join(home, "local", "aws"),
    persist: true,
    onProgress: (line) => console.log(`  ${line}`),
  });
  try {
    await ensureBucket(aws, lakeBucket);
    await ensureDatabase(aws, database);
    return aws;
  } catch (error) {
    await aws[Symbol.asyncDispose]();
    throw error;
  }
}

/** For the local Snowflake. A record of its own: the AWS SDK writes into the credentials that it is given. */
export function toS3Access({ endpoint, region, credentials }: AwsEmulators) {
  const { accessKeyId, secretAccessKey } = credentials;
  return { endpoint, region, accessKeyId, secretAccessKey };
}
