import { awsError } from "./aws-error.ts";
import { ensureBucket } from "./ensure-bucket.ts";
import type { AwsEmulators } from "./open-aws-emulators.ts";
import { runStatements, type SnowflakeLogin } from "./run-statements.ts";

/** What an environment's lake needs before its first run: in an account, Terraform and an administrator make it. */
export interface LocalLake {
  /** Of the platform. */
  readonly environment: string;
  /** `s3://bucket/prefix`. */
  readonly root: string;
  /** Of the Glue catalog, one a zone. */
  readonly databases: readonly string[];
  /** By which Snowflake unloads into the root: its parts, exact. */
  readonly stage?: { readonly database: string; readonly schema: string; readonly name: string };
  /** The command that lands in it, for people. */
  readonly run: string;
  /** Where that command looks for Snowflake, unless it is told. */
  readonly port?: number;
}

/** The command that lands in a lake where Snowflake is at this port. Pure. */
export const runText = ({ run, port }: Pick<LocalLake, "run" | "port">, atPort: number): string =>
  port === atPort ? run : `${run} --connection port=${atPort}`;

type Aws = Pick<AwsEmulators, "endpoint" | "region" | "credentials">;

/**
 * Makes the bucket, the Glue databases and the stage of a lake, where they are not there; what is there stays as it is. May
 * be repeated. @throws AWS_LAKE_REFUSED
 */
export async function ensureLake(lake: LocalLake, aws: Aws, snowflake: SnowflakeLogin): Promise<void> {
  const bucket = /^s3:\/\/([^/]+)/.exec(lake.root)?.[1];
  if (bucket === undefined) throw refused(lake, `${lake.root} is not s3://bucket/prefix`);
  await ensureBucket(aws, bucket);
  for (const database of lake.databases) await ensureDatabase(aws, lake, database);
  await runStatements(snowflake, planStage(lake));
}

/** The statements that make a lake's stage, and what it is in. Pure. */
export function planStage({ stage, root, environment }: Pick<LocalLake, "stage" | "root" | "environment">): string[] {
  if (!stage) return [];
  const url = `'${root.replace(/\/*$/, "/").replaceAll("'", "''")}'`;
  const schema = [stage.database, stage.schema].map(quoted).join(".");
  const integration = quoted(`SNOWMELT_${environment.toUpperCase()}`);
  return [
    `CREATE DATABASE IF NOT EXISTS ${quoted(stage.database)}`,
    `CREATE SCHEMA IF NOT EXISTS ${schema}`,
    `CREATE STORAGE INTEGRATION IF NOT EXISTS ${integration} TYPE = EXTERNAL_STAGE STORAGE_PROVIDER = 'S3' ENABLED = TRUE STORAGE_AWS_ROLE_ARN = 'arn:aws:iam::123456789012:role/snowflake' STORAGE_ALLOWED_LOCATIONS = (${url})`,
    `CREATE STAGE IF NOT EXISTS ${schema}.${quoted(stage.name)} URL = ${url} STORAGE_INTEGRATION = ${integration}`,
  ];
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** By the API itself: whoever runs a stack needs no client of Glue. */
async function ensureDatabase({ endpoint }: Aws, lake: LocalLake, name: string): Promise<void> {
  const response = await fetch(endpoint, {
    method: "POST",
    headers: { "Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": "AWSGlue.CreateDatabase" },
    body: JSON.stringify({ DatabaseInput: { Name: name } }),
  });
  const text = await response.text();
  if (!response.ok && !text.includes("AlreadyExists"))
    throw refused(lake, `Glue did not make the database ${name}: ${text.slice(0, 500)}`);
}

const refused = ({ environment }: LocalLake, why: string): Error =>
  awsError("AWS_LAKE_REFUSED", `What the environment ${environment} needs on this machine could not be made: ${why}.`);
