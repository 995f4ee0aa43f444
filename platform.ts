import { definePlatform, password, secret } from "@snowmelt/core/definition";

/** What this repository's pipelines run on. */
export default definePlatform({
  name: "snowmelt",
  environments: {
    /** `npx snowmelt local` serves this connection; the quickstart starts its own and says where by `connection`. */
    local: {
      snowflake: {
        account: "LOCAL",
        host: "127.0.0.1",
        port: 7676,
        protocol: "http",
        user: "SNOWMELT",
        auth: password(secret("env:SNOWFLAKE_PASSWORD")),
        warehouse: "LOCAL_WH",
        database: "AVIATION",
        schema: "PUBLIC",
      },
      lake: { root: "./.snowmelt/lake" },
    },
  },
});
