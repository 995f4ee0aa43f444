import { type Glue, openGlue } from "@snowmelt/lake/glue";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openS3Landscape, type S3Landscape } from "../s3-landscape.ts";
import { createRegions, expectSourceInTable, regionsPipeline } from "./regions.ts";

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

const places = async (): Promise<(string | undefined)[]> => {
  const { Partitions = [] } = await glue.getPartitions({ DatabaseName: "snowmelt_raw", TableName: "regions" });
  return Partitions.map(({ StorageDescriptor }) => StorageDescriptor?.Location).sort();
};
const placesOf = (attemptId: string | null | undefined) =>
  ["AK", "VT", "__HIVE_DEFAULT_PARTITION__"].map(
    (state) => `s3://snowmelt-lake/lake/raw/regions/data/run=${attemptId}/STATE=${state}/`,
  );

test("a plain Parquet dataset on S3 is in the catalog, and its partitions follow each refresh", async () => {
  await createRegions(land, 90);
  const pipeline = regionsPipeline(land, { withTime: false });
  const first = await land.run(pipeline);
  expect(first.datasets).toMatchObject([
    { outcome: "committed", failure: null, route: "stream", catalog: { status: "created", failure: null } },
  ]);
  await expectSourceInTable(land);
  expect(await places()).toEqual(placesOf(first.datasets[0]?.attemptId));

  expect((await land.run(pipeline)).datasets).toMatchObject([
    { outcome: "unchanged", catalog: { status: "unchanged" } },
  ]);

  await land.sql("UPDATE REGIONS SET AMOUNT = -1 WHERE ID = 3");
  const third = await land.run(pipeline);
  expect(third.datasets).toMatchObject([{ outcome: "committed", catalog: { status: "updated", failure: null } }]);
  await expectSourceInTable(land);
  expect(await places()).toEqual(placesOf(third.datasets[0]?.attemptId));
});

test("a time of day, which a catalog has no type for, leaves the catalog stale and the commit as it is", async () => {
  await createRegions(land, 30);
  const { status, datasets } = await land.run(regionsPipeline(land));
  expect(status).toBe("succeeded");
  expect(datasets).toMatchObject([
    { outcome: "committed", catalog: { status: "stale", failure: { code: "GLUE_TYPE_UNSUPPORTED" } } },
  ]);
  await expectSourceInTable(land);
});
