import { once } from "node:events";
import { join } from "node:path";
import type { ConnectionFacts } from "../server/connection-facts.ts";
import { type LocalSnowflake, startLocalSnowflake } from "../server/start-local-snowflake.ts";
import { awsError } from "./aws-error.ts";
import type { AwsService } from "./config.ts";
import { ensureBucket } from "./ensure-bucket.ts";
import { ensureLake, type LocalLake, runText } from "./local-lake.ts";
import { type AwsEmulators, openAwsEmulators } from "./open-aws-emulators.ts";
import { type StackFacts, stackText, toSnowflakeEnvironment } from "./stack-text.ts";

export interface RunLocalStackOptions {
  /** Port of the local Snowflake; 0 takes a free one. */
  readonly port: number;
  /** Port of the local AWS; 0 takes a free one. */
  readonly awsPort: number;
  /** Snowflake's data; what AWS holds is in `aws` below it. */
  readonly dataDir: string;
  readonly sample: boolean;
  readonly services: readonly AwsService[];
  /** Lakes that get what they need before they are run into. @default none, but a bucket `snowmelt-lake` */
  readonly lakes?: readonly LocalLake[];
  /** One line of JSON when ready, instead of lines for a shell. */
  readonly json: boolean;
  /** Aborting it stops both in good order. */
  readonly signal: AbortSignal;
  /** Where the facts go. @default standard output */
  readonly print?: (text: string) => void;
  /** Where progress goes. @default standard error */
  readonly printProgress?: (text: string) => void;
}

export const LAKE_BUCKET = "snowmelt-lake";

/**
 * Runs a local Snowflake and a local AWS, with a bucket for the lake and what the named lakes need, in the foreground until the
 * signal aborts. What both hold stays in the data folder and is there at the next start.
 * @throws what `startLocalSnowflake` and `openAwsEmulators` do, AWS_LAKE_REFUSED, and AWS_START_FAILED when one of them
 * ends by itself
 */
export async function runLocalStack(options: RunLocalStackOptions): Promise<void> {
  const { port, awsPort, dataDir, sample, services, lakes = [], signal } = options;
  const print = options.print ?? ((text) => process.stdout.write(text));
  const onProgress = options.printProgress ?? ((text) => process.stderr.write(`${text}\n`));
  try {
    const directory = join(dataDir, "aws");
    await using aws = await openAwsEmulators({
      port: awsPort,
      directory,
      persist: true,
      services: [...services],
      signal,
      onProgress,
    });
    await ensureBucket(aws, LAKE_BUCKET);
    const { endpoint, region, credentials } = aws;
    // A record of its own: the AWS SDK writes into the credentials that it is given.
    const s3 = { endpoint, region, accessKeyId: credentials.accessKeyId, secretAccessKey: credentials.secretAccessKey };
    // What an account marks them as only an account can tell; unmarked, lakes would stream each table with a time in it.
    const unload = { timestampIsUtc: true };
    await using snowflake = await startLocalSnowflake({ port, dataDir, sample, s3, unload, onProgress, signal });
    for (const lake of lakes) await ensureLake(lake, aws, snowflake);
    const ready = lakes.map((lake) => ({ ...lake, run: runText(lake, snowflake.port) }));
    const facts = { ...toFacts(snowflake, aws), ...(lakes.length > 0 ? { lakes: ready } : {}) };
    print(options.json ? `${JSON.stringify(facts)}\n` : stackText(facts));
    await awaitEnd(signal, { "local Snowflake": snowflake.ended, "local AWS": aws.ended });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

function toFacts(snowflake: LocalSnowflake, aws: AwsEmulators): StackFacts {
  const { host, port, protocol, account, user, password, database, schema, warehouse } = snowflake;
  const facts: ConnectionFacts = { host, port, protocol, account, user, password, database, schema, warehouse };
  const { endpoint, motoEndpoint, region, accountId } = aws;
  return {
    snowflake: facts,
    aws: { endpoint, ...(motoEndpoint === undefined ? {} : { motoEndpoint }), region, accountId, bucket: LAKE_BUCKET },
    env: { ...toSnowflakeEnvironment(facts), ...aws.env },
  };
}

async function awaitEnd(signal: AbortSignal, parts: Readonly<Record<string, Promise<void>>>): Promise<void> {
  if (signal.aborted) return;
  const ends = Object.entries(parts).map(([name, ended]) => ended.then(() => name));
  const stopped = once(signal, "abort").then(() => undefined);
  const ended = await Promise.race([stopped, ...ends]);
  if (ended === undefined || signal.aborted) return;
  throw awsError("AWS_START_FAILED", `The process of the ${ended} ended by itself; its error output or log says why.`);
}
