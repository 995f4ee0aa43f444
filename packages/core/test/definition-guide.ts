// The code of docs/definition.md, compiled and run; definition-guide.test.ts holds the two together.
import {
  cron,
  dataset,
  day,
  definePipeline,
  definePlatform,
  delta,
  every,
  full,
  glue,
  incremental,
  integer,
  month,
  onObject,
  pagerDuty,
  password,
  query,
  secret,
  slack,
  table,
  timestamp,
  workloadIdentity,
} from "@snowmelt/core/definition";
import { columnValues, freshness, isComplete, isUnique, rowCount } from "@snowmelt/core/quality";
import { sourceTable } from "@snowmelt/core/types";

// #region schema
export const ORDERS = sourceTable({
  kind: "table",
  database: "SHOP",
  schema: "PUBLIC",
  name: "ORDERS",
  columns: [
    ["ORDER_ID", "NUMBER(38,0) NOT NULL"],
    ["CUSTOMER", "VARCHAR(64)"],
    ["AMOUNT", "NUMBER(12,2)"],
    ["ORDERED_AT", "TIMESTAMP_NTZ(9)"],
    ["UPDATED_AT", "TIMESTAMP_LTZ(9) NOT NULL"],
  ],
});
// #endregion

// #region platform
export const platform = definePlatform({
  name: "acme",
  environments: {
    dev: {
      snowflake: {
        account: "acme-dev",
        user: "SNOWMELT",
        auth: password(secret("env:SNOWFLAKE_PASSWORD")),
        warehouse: "DEV_WH",
      },
      lake: { root: "./.snowmelt/lake" },
    },
    prod: {
      snowflake: { account: "acme-prod", auth: workloadIdentity(), warehouse: "EXTRACT_WH" },
      lake: {
        root: "s3://acme-lake/tables",
        region: "eu-central-1",
        expectedBucketOwner: "123456789012",
        stage: "ACME.LAKE.TABLES",
        catalog: glue({ databasePrefix: "acme_" }),
      },
    },
  },
  tags: { team: "data" },
});
// #endregion

// #region pipeline
export const shop = definePipeline({
  apiVersion: 1,
  name: "shop",
  platform,
  datasets: {
    orders: dataset({
      source: table(ORDERS),
      key: ["ORDER_ID"],
      sync: incremental({ cursor: "UPDATED_AT", lag: "10 minutes", deletes: "ignore" }),
      columns: { ORDER_ID: integer(), ORDERED_AT: timestamp({ nanos: "truncate" }) },
      extract: { batchRows: 200_000, environments: { prod: { parallel: 8 } } },
      land: delta({ partitionBy: [month("ORDERED_AT")] }),
      quality: [
        isUnique("ORDER_ID"),
        isComplete("CUSTOMER", { onFail: "warn" }),
        columnValues("AMOUNT", ">=", "0.00", { onFail: "quarantine" }),
        freshness("UPDATED_AT", "1 day"),
      ],
      onSchemaChange: "evolve",
    }),
    revenue: dataset({
      source: query({
        name: "revenue",
        sql: "SELECT ORDERED_AT::DATE AS DAY, SUM(AMOUNT) AS REVENUE FROM SHOP.PUBLIC.ORDERS GROUP BY 1",
        columns: [
          ["DAY", "DATE"],
          ["REVENUE", "NUMBER(24,2)"],
        ],
      }),
      sync: full(),
      land: delta({ partitionBy: [day("DAY")] }),
      quality: [rowCount(">", 0), isUnique("DAY")],
    }),
  },
});
// #endregion

// #region runs
const channels = {
  team: slack({ url: secret("env:SLACK_WEBHOOK_URL") }),
  oncall: pagerDuty({ routingKey: secret("env:PAGERDUTY_ROUTING_KEY") }),
};

export const watchedPlatform = definePlatform({
  ...platform,
  alerts: {
    channels,
    escalation: [{ channels: ["team"] }, { after: "30 minutes", channels: ["oncall"] }],
    rateLimit: { messages: 20, per: "1 minute" },
  },
});

export const watchedShop = definePipeline({
  ...shop,
  platform: watchedPlatform,
  schedule: [
    every("15 minutes", { environments: ["prod"] }),
    cron("0 6 ? * MON-FRI *", { zone: "Europe/Zurich", environments: ["dev"] }),
    onObject({ bucket: "shop-signals", prefix: "exports/", suffix: "_SUCCESS" }),
  ],
  sla: { freshness: "1 hour", duration: "30 minutes" },
  alerts: { goodsToResolve: 2, environments: { dev: { escalation: [{ channels: ["team"] }] } } },
  run: { maxActive: 4, stages: { extract: { timeout: "4 hours" } }, environments: { dev: { maxActive: 1 } } },
});
// #endregion
