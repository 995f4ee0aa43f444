import { type LocalSnowflake, startLocalSnowflake } from "@snowmelt/local";
import { type AwsEmulators, openAwsEmulators } from "@snowmelt/local/aws";
import { toS3Access } from "../../scripts/quickstart/open-aws.ts";
import { withSource } from "../../scripts/quickstart/open-source.ts";
import { prepareLake } from "../../scripts/quickstart/prepare-lake.ts";
import { type Route, routes } from "./task.ts";

const sampleRows = 3_000_000;

/** A Snowflake that holds the first flights of the sample, and an S3, each in a process of its own. */
export interface BenchSource extends AsyncDisposable {
  readonly server: LocalSnowflake;
  readonly aws: AwsEmulators;
  /** Leaves the S3 with nothing but what a first run by the route expects. */
  empty(route: Route): Promise<void>;
}

export async function openBenchSource(rowCount: number): Promise<BenchSource> {
  const aws = await openAwsEmulators();
  try {
    const server = await startLocalSnowflake({
      sample: true,
      sampleScale: Math.max(1, Math.ceil(rowCount / sampleRows)),
      s3: toS3Access(aws),
      unload: { timestampIsUtc: true },
    });
    await withSource(server, (source) => source.change(`DELETE FROM FLIGHTS WHERE FLIGHT_ID > ${rowCount}`));
    return {
      server,
      aws,
      async empty(route) {
        await aws.reset();
        await prepareLake(routes[route].environment, aws, server);
      },
      async [Symbol.asyncDispose]() {
        await server[Symbol.asyncDispose]();
        await aws[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    await aws[Symbol.asyncDispose]();
    throw error;
  }
}
