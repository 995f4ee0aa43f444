import type { SourceSql } from "./open-source.ts";

/** The stage that platform.ts names for unloads, as an administrator makes it once in an account. May be repeated. */
export async function makeStage(source: SourceSql, root: string): Promise<void> {
  await source.rows(
    `CREATE STORAGE INTEGRATION IF NOT EXISTS SNOWMELT_LAKE TYPE = EXTERNAL_STAGE STORAGE_PROVIDER = 'S3' ENABLED = TRUE STORAGE_AWS_ROLE_ARN = 'arn:aws:iam::123456789012:role/snowflake' STORAGE_ALLOWED_LOCATIONS = ('${root}')`,
  );
  await source.rows(
    `CREATE STAGE IF NOT EXISTS AVIATION.PUBLIC.LAKE URL = '${root}' STORAGE_INTEGRATION = SNOWMELT_LAKE`,
  );
}
