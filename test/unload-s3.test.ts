import { memorySecrets, secretRef, seededRandom, systemClock } from "@snowmelt/core/ports";
import { type PartitionTransform, planLanding } from "@snowmelt/core/types";
import {
  openDeltaTable,
  planCreateTable,
  planTableLayout,
  registerFiles,
  toAddFile,
  verifyFiles,
} from "@snowmelt/lake/delta";
import { openS3Store, type S3Store } from "@snowmelt/lake/s3";
import { type LocalSnowflake, startLocalSnowflake } from "@snowmelt/local";
import { type AwsEmulators, openAwsEmulators } from "@snowmelt/local/aws";
import {
  awaitUnload,
  checkStage,
  describeStage,
  openSnowflake,
  planUnload,
  type SnowflakeSession,
  startUnload,
} from "@snowmelt/snowflake";
import { afterAll, beforeAll, expect, it } from "vitest";

const bucket = "snowmelt-unload";
let aws: AwsEmulators;
let store: S3Store;
let server: LocalSnowflake;
let session: SnowflakeSession;
beforeAll(async () => {
  aws = await openAwsEmulators();
  const { endpoint, region, credentials } = aws;
  await fetch(`${endpoint}/${bucket}`, { method: "PUT" });
  store = openS3Store({ bucket, prefix: "lake", endpoint, region, credentials });
  server = await startLocalSnowflake({ s3: { endpoint, region, ...credentials } });
  const { account, host, port, protocol, user: username, warehouse } = server;
  const auth = { kind: "password", password: secretRef("env:P") } as const;
  const secrets = memorySecrets({ "env:P": server.password });
  session = await openSnowflake({ account, host, port, protocol, username, warehouse, auth }, { secrets });
  for (const sql of [
    "CREATE DATABASE IF NOT EXISTS AVIATION",
    `CREATE STORAGE INTEGRATION LAKE_S3 TYPE = EXTERNAL_STAGE STORAGE_PROVIDER = 'S3' ENABLED = TRUE STORAGE_AWS_ROLE_ARN = 'arn:aws:iam::000000000000:role/snowflake' STORAGE_ALLOWED_LOCATIONS = ('s3://${bucket}/')`,
    `CREATE STAGE AVIATION.PUBLIC.LAKE URL = 's3://${bucket}/lake/' STORAGE_INTEGRATION = LAKE_S3`,
    "CREATE TABLE AVIATION.PUBLIC.TRIPS AS SELECT SEQ8()::NUMBER(18,0) AS ID, DATEADD(DAY, MOD(SEQ8(), 70), '2001-01-15'::DATE) AS D FROM TABLE(GENERATOR(ROWCOUNT => 20000))",
  ])
    await session.query(sql);
}, 240_000);
afterAll(async () => {
  await session?.close();
  await server?.[Symbol.asyncDispose]();
  await store?.[Symbol.asyncDispose]();
  await aws?.[Symbol.asyncDispose]();
});

it("unloads to a bucket, and its files are a table's without a byte of theirs being read but the footers", async () => {
  const path = "raw/trips";
  const attemptId = "6ba7b810";
  const partitionBy: readonly PartitionTransform[] = [{ kind: "month", column: "D" }];
  const landed = planLanding(
    [
      ["ID", "NUMBER(18,0)"],
      ["D", "DATE"],
    ],
    {},
    "delta",
  );
  const layout = planTableLayout(
    landed.map(({ field }) => field),
    partitionBy,
  );
  const stage = await describeStage(session, { database: "AVIATION", schema: "PUBLIC", name: "LAKE" });
  expect(stage).toMatchObject({ kind: "external", url: `s3://${bucket}/lake/`, integration: "LAKE_S3" });
  const { prefix } = checkStage(stage, `${store.uri}/${path}`);
  const source = { table: { database: "AVIATION", schema: "PUBLIC", name: "TRIPS" } };
  const planned = planUnload({ source, landed, stage, folder: `${prefix}data/run=${attemptId}/`, partitionBy });
  const queryId = await startUnload(session, planned, { requestId: crypto.randomUUID() });
  const unloaded = await awaitUnload(session, queryId, { plan: planned });
  expect(unloaded.rowCount).toBe(20_000);

  let bytes = 0;
  const counted = {
    ...store,
    get: async (...asked: Parameters<S3Store["get"]>) => {
      const found = await store.get(...asked);
      bytes += found?.length ?? 0;
      return found;
    },
  };
  const table = openDeltaTable({ store, path, clock: systemClock, random: seededRandom(1) });
  const outcome = await registerFiles({ store: counted, path }, { files: unloaded.files, layout, attemptId });
  if (outcome.status !== "registered") throw new Error(JSON.stringify(outcome.refusals));
  expect(bytes).toBeLessThanOrEqual(unloaded.files.length * 16_384);
  expect(new Set(outcome.files.map(({ partitionValues }) => partitionValues.D_month))).toEqual(
    new Set(["2001-01", "2001-02", "2001-03"]),
  );
  const files = outcome.files.map((file) => toAddFile(file, 1n));
  const { partitionColumns } = layout;
  const create = planCreateTable({ id: "trips", fields: layout.fields, partitionColumns, createdAtMs: 0, files });
  expect((await table.commit(create)).status).toBe("committed");
  const report = await verifyFiles(table, outcome.files, { layout, expectedRows: 20_000 });
  expect(report.checks.filter(({ passed }) => !passed)).toEqual([]);
});

it("says which bucket it was when a stage points elsewhere", async () => {
  const stage = await describeStage(session, { database: "AVIATION", schema: "PUBLIC", name: "LAKE" });
  expect(() => checkStage(stage, "s3://another-lake/raw/trips")).toThrow(
    expect.objectContaining({ code: "STAGE_MISMATCH", message: expect.stringContaining(`s3://${bucket}/lake/`) }),
  );
});
