import { join } from "node:path";
import { type AwsEmulators, openAwsEmulators } from "@snowmelt/local/aws";

/** A local AWS over `.snowmelt/local/aws`. */
export const openAws = (home: string): Promise<AwsEmulators> =>
  openAwsEmulators({
    directory: join(home, "local", "aws"),
    persist: true,
    onProgress: (line) => console.log(`  ${line}`),
  });

/** For the local Snowflake. A record of its own: the AWS SDK writes into the credentials that it is given. */
export function toS3Access({ endpoint, region, credentials }: AwsEmulators) {
  const { accessKeyId, secretAccessKey } = credentials;
  return { endpoint, region, accessKeyId, secretAccessKey };
}
