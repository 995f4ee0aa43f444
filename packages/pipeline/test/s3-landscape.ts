import { glue } from "@snowmelt/core/definition";
import type { StartLocalSnowflakeOptions } from "@snowmelt/local";
import { type AwsEmulators, openAwsEmulators } from "@snowmelt/local/aws";
import { type Landscape, openLandscape } from "./landscape.ts";

export interface S3Landscape extends Landscape {
  readonly aws: AwsEmulators;
  /** Makes the lake's bucket, as after a reset of the emulator. */
  createBucket(): Promise<void>;
}

export interface S3LandscapeOptions {
  /** Of the local Snowflake. */
  readonly snowflake?: StartLocalSnowflakeOptions;
  /** `true` makes the stage `AVIATION.PUBLIC.LAKE` and names it in the lake; a text is the name of another. @default false */
  readonly stage?: boolean | string;
  /** Makes the Glue databases and names the catalog in the lake. @default false */
  readonly catalog?: boolean;
}

export const bucket = "snowmelt-lake";

/** A {@link Landscape} whose lake is `s3://snowmelt-lake/lake` of an emulator. */
export async function openS3Landscape(options: S3LandscapeOptions = {}): Promise<S3Landscape> {
  const aws = await openAwsEmulators();
  try {
    const { endpoint, region, credentials } = aws;
    const createBucket = async (): Promise<void> => {
      const made = await fetch(`${endpoint}/${bucket}`, { method: "PUT" });
      if (!made.ok) throw new Error(`the bucket was not made: ${made.status}`);
    };
    await createBucket();
    if (options.catalog) for (const zone of ["raw", "curated"]) await createDatabase(aws, `snowmelt_${zone}`);
    const land = await openLandscape(
      { unload: { timestampIsUtc: true }, s3: { endpoint, region, ...credentials }, ...options.snowflake },
      {
        location: {
          root: `s3://${bucket}/lake`,
          ...(options.stage ? { stage: options.stage === true ? "AVIATION.PUBLIC.LAKE" : options.stage } : {}),
          ...(options.catalog ? { catalog: glue() } : {}),
        },
        access: { s3Endpoint: endpoint, glueEndpoint: endpoint, credentials },
      },
    );
    if (options.stage === true) await createStage(land, `s3://${bucket}/lake/`);
    return {
      ...land,
      aws,
      createBucket,
      async [Symbol.asyncDispose]() {
        await land[Symbol.asyncDispose]();
        await aws[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    await aws[Symbol.asyncDispose]();
    throw error;
  }
}

export async function createStage(land: Landscape, url: string, name = "LAKE"): Promise<void> {
  await land.sql(
    `CREATE OR REPLACE STORAGE INTEGRATION LAKE_S3 TYPE = EXTERNAL_STAGE STORAGE_PROVIDER = 'S3' ENABLED = TRUE STORAGE_AWS_ROLE_ARN = 'arn:aws:iam::000000000000:role/snowflake' STORAGE_ALLOWED_LOCATIONS = ('*')`,
    `CREATE OR REPLACE STAGE AVIATION.PUBLIC.${name} URL = '${url}' STORAGE_INTEGRATION = LAKE_S3`,
  );
}

/** As Terraform does before a run. */
export async function createDatabase({ endpoint }: AwsEmulators, name: string): Promise<void> {
  const response = await fetch(endpoint, {
    method: "POST",
    headers: { "Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": "AWSGlue.CreateDatabase" },
    body: JSON.stringify({ DatabaseInput: { Name: name } }),
  });
  if (!response.ok) throw new Error(`the database ${name} was not made: ${response.status} ${await response.text()}`);
}
