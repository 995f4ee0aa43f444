import { type Glue, openGlue } from "@snowmelt/lake/glue";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { accountsPipeline, changeAccounts, createAccounts, expectSourceInLake } from "../crash/accounts.ts";
import { emptyLake } from "../crash/empty-lake.ts";
import { createDatabase, openS3Landscape, type S3Landscape } from "../s3-landscape.ts";

let land: S3Landscape;
let glue: Glue;
beforeAll(async () => {
  land = await openS3Landscape({ catalog: true });
  const { endpoint, region, credentials } = land.aws;
  glue = openGlue({ endpoint, region, credentials });
}, 240_000);
afterAll(async () => {
  glue?.[Symbol.dispose]();
  await land?.[Symbol.asyncDispose]();
});
beforeEach(async () => {
  await land.aws.reset();
  await land.createBucket();
  await emptyLake(land);
  await createAccounts(land, 1000);
});

const entry = async () => (await glue.getTable({ DatabaseName: "snowmelt_raw", Name: "accounts" })).Table;

test("a table that is committed is in the catalog, as the log has it", { timeout: 120_000 }, async () => {
  await createDatabase(land.aws, "snowmelt_raw");
  const pipeline = accountsPipeline(land);
  const place = { database: "snowmelt_raw", table: "accounts", failure: null };
  const first = await land.run(pipeline);
  expect(first.datasets).toMatchObject([{ outcome: "committed", catalog: { ...place, status: "created" } }]);
  expect(first.datasets[0]?.stages.at(-1)?.stage).toBe("catalog");
  expect(await entry()).toMatchObject({
    Parameters: { table_type: "DELTA" },
    StorageDescriptor: {
      Location: "s3://snowmelt-lake/lake/raw/accounts/",
      Columns: [
        { Name: "id", Type: "bigint" },
        { Name: "balance", Type: "decimal(18,2)" },
        { Name: "owner", Type: "string" },
        { Name: "updated_at", Type: "timestamp" },
        { Name: "updated_at_month", Type: "string" },
      ],
    },
  });
  await changeAccounts(land);
  expect((await land.run(pipeline)).datasets).toMatchObject([{ catalog: { ...place, status: "unchanged" } }]);
});

test("a catalog that cannot be written undoes no commit, is told, and is repaired by a run that lands nothing", {
  timeout: 120_000,
}, async () => {
  const pipeline = accountsPipeline(land);
  const { status, datasets } = await land.run(pipeline);
  expect(status).toBe("succeeded");
  expect(datasets).toMatchObject([
    {
      outcome: "committed",
      failure: null,
      catalog: { status: "stale", failure: { code: "GLUE_DATABASE_MISSING", stage: "catalog" } },
      notices: [{ code: "ROWS_QUARANTINED" }, { code: "CATALOG_STALE" }],
    },
  ]);
  await expectSourceInLake(land);

  await createDatabase(land.aws, "snowmelt_raw");
  expect((await land.run(pipeline)).datasets).toMatchObject([{ outcome: "empty", catalog: { status: "created" } }]);
  expect(await entry()).toMatchObject({ Name: "accounts" });
});
