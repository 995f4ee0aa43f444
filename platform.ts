import { definePlatform, glue, password, secret } from "@snowmelt/core/definition";

const snowflake = {
  account: "LOCAL",
  host: "127.0.0.1",
  port: 7676,
  protocol: "http",
  user: "SNOWMELT",
  auth: password(secret("env:SNOWFLAKE_PASSWORD")),
  warehouse: "LOCAL_WH",
  database: "AVIATION",
  schema: "PUBLIC",
} as const;

/** What this repository's pipelines run on. */
export default definePlatform({
  name: "snowmelt",
  environments: {
    /** `npx snowmelt local` serves this connection; the quickstart starts its own and says where by `connection`. */
    local: { snowflake, lake: { root: "./.snowmelt/lake" } },
    /** The bucket is of `npx snowmelt local --aws`; where that is, `AWS_ENDPOINT_URL` says. */
    "local-s3": {
      snowflake,
      lake: {
        root: "s3://snowmelt-lake/streamed",
        region: "us-east-1",
        catalog: glue({ databasePrefix: "streamed_" }),
      },
    },
    /** As `local-s3`, and Snowflake writes the files itself. */
    "local-unload": {
      snowflake,
      lake: {
        root: "s3://snowmelt-lake/unloaded",
        region: "us-east-1",
        stage: "AVIATION.PUBLIC.LAKE",
        catalog: glue({ databasePrefix: "unloaded_" }),
      },
    },
  },
});
