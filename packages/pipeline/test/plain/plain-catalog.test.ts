import { enumerated } from "@snowmelt/core/definition";
import { type Glue, openGlue } from "@snowmelt/lake/glue";
import { afterAll, beforeAll, expect, test } from "vitest";
import { planPipeline, verifyTables } from "../../src/index.ts";
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

test("a projection that the definition names takes the place of registered partitions, and verify knows it", async () => {
  await createRegions(land, 30);
  await land.sql("DELETE FROM REGIONS WHERE STATE IS NULL");
  const projection = { STATE: enumerated(["AK", "VT"]) };
  const pipeline = regionsPipeline(land, { withTime: false, name: "PROJECTED", projection });
  expect((await land.run(pipeline)).datasets).toMatchObject([
    { outcome: "committed", catalog: { status: "created", failure: null } },
  ]);
  const { Table } = await glue.getTable({ DatabaseName: "snowmelt_raw", Name: "projected" });
  expect(Table?.Parameters).toMatchObject({
    "projection.enabled": "true",
    "projection.state.values": "AK,VT",
    "storage.location.template": expect.stringMatching(/\/raw\/PROJECTED\/data\/run=[^/]+\/STATE=\$\{state\}$/),
  });
  const { Partitions } = await glue.getPartitions({ DatabaseName: "snowmelt_raw", TableName: "projected" });
  expect(Partitions).toEqual([]);
  const report = await verifyTables(pipeline, { environment: "local", secrets: land.secrets, lake: land.access });
  expect(report).toMatchObject({ verdict: "agrees" });
  await land.sql("UPDATE REGIONS SET STATE = 'NY' WHERE ID = 0");
  expect((await land.run(pipeline)).datasets).toMatchObject([
    { outcome: "committed", catalog: { status: "stale", failure: { code: "GLUE_PROJECTION_INVALID" } } },
  ]);
});

test("plan says before a run what the catalog cannot have", async () => {
  await createRegions(land, 3);
  const plan = async (withTime: boolean) => {
    const options = { environment: "local", secrets: land.secrets, lake: land.access };
    const { datasets } = await planPipeline(regionsPipeline(land, { withTime }), options);
    return datasets.flatMap((one) => (one.status === "planned" ? one.notices.map(({ code }) => code) : [one.code]));
  };
  expect(await plan(true)).toEqual(["MANIFEST_GUARANTEE", "CATALOG_REFUSES"]);
  expect(await plan(false)).toEqual(["MANIFEST_GUARANTEE"]);
});
