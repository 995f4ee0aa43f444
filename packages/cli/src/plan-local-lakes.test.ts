import { definePlatform, glue, password, secret } from "@snowmelt/core/definition";
import { expect, test } from "vitest";
import { planLocalLakes } from "./plan-local-lakes.ts";

const auth = password(secret("env:P"));
const local = { account: "LOCAL", host: "127.0.0.1", port: 7676, protocol: "http", user: "U", auth } as const;

test("lakes on S3 of environments on this machine get databases and stages; others are left alone", () => {
  const platform = definePlatform({
    name: "p",
    environments: {
      folder: { snowflake: local, lake: { root: "./lake" } },
      plain: { snowflake: local, lake: { root: "s3://acme-lake/plain", region: "us-east-1" } },
      unload: {
        snowflake: local,
        lake: {
          root: "s3://acme-lake/unload",
          region: "us-east-1",
          stage: 'SHOP.PUBLIC."my lake"',
          catalog: glue({ databasePrefix: "x_" }),
        },
      },
      prod: {
        snowflake: { account: "acme-prod", user: "U", auth },
        lake: { root: "s3://acme-prod/lake", region: "us-east-1", catalog: glue() },
      },
    },
  });
  expect(planLocalLakes(platform, "pipelines/a.ts")).toEqual([
    {
      environment: "plain",
      root: "s3://acme-lake/plain",
      databases: [],
      run: "npx snowmelt run pipelines/a.ts --env plain",
      port: 7676,
    },
    {
      environment: "unload",
      root: "s3://acme-lake/unload",
      databases: ["x_raw", "x_curated"],
      stage: { database: "SHOP", schema: "PUBLIC", name: "my lake" },
      run: "npx snowmelt run pipelines/a.ts --env unload",
      port: 7676,
    },
  ]);
});
