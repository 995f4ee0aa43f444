import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import {
  CreateBucketCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  S3Client,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type AwsEmulators, openAwsEmulators } from "../../src/aws/index.ts";
import { type LocalSnowflake, startLocalSnowflake } from "../../src/index.ts";
import { readParquet } from "../sql/staged-files.ts";
import { connect, execute, fetchResult, query, rowsOf } from "./driver.ts";

const KEY = "arn:aws:kms:eu-west-1:000000000000:key/11111111-2222-3333-4444-555555555555";
const ROLE = "arn:aws:iam::000000000000:role/snowflake";
const COPY = `FROM (SELECT ID, NAME FROM N ORDER BY ID) FILE_FORMAT = (TYPE = PARQUET)
  HEADER = TRUE DETAILED_OUTPUT = TRUE INCLUDE_QUERY_ID = TRUE`;

let aws: AwsEmulators;
let server: LocalSnowflake;
let s3: S3Client;
let connection: Awaited<ReturnType<typeof connect>>;
beforeAll(async () => {
  aws = await openAwsEmulators();
  const { endpoint, region, credentials } = aws;
  s3 = new S3Client({ endpoint, region, credentials: { ...credentials }, forcePathStyle: true });
  await s3.send(new CreateBucketCommand({ Bucket: "lake" }));
  server = await startLocalSnowflake({ s3: { endpoint, region, ...credentials } });
  connection = await connect(server);
  for (const sqlText of [
    "CREATE DATABASE E2E",
    `CREATE STORAGE INTEGRATION LAKE TYPE = EXTERNAL_STAGE STORAGE_PROVIDER = 'S3' ENABLED = TRUE
       STORAGE_AWS_ROLE_ARN = '${ROLE}' STORAGE_ALLOWED_LOCATIONS = ('s3://lake/raw/', 's3://absent/')`,
    `CREATE STAGE FILES URL = 's3://lake/raw/' STORAGE_INTEGRATION = LAKE
       ENCRYPTION = (TYPE = 'AWS_SSE_KMS' KMS_KEY_ID = '${KEY}')`,
    "CREATE STAGE ABSENT URL = 's3://absent/' STORAGE_INTEGRATION = LAKE",
    "CREATE TABLE N (ID NUMBER(18,0), NAME VARCHAR)",
    "INSERT INTO N SELECT SEQ8(), 'name ' || SEQ8() FROM TABLE(GENERATOR(ROWCOUNT => 20000))",
  ])
    await query(connection, sqlText);
}, 240_000);
afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
  s3?.destroy();
  await aws?.[Symbol.asyncDispose]();
});

const keysBelow = async (prefix: string) =>
  ((await s3.send(new ListObjectsV2Command({ Bucket: "lake", Prefix: prefix }))).Contents ?? []).map(({ Key }) => Key);

it("unloads to a bucket, encrypted as the stage says", async () => {
  const submitted = await execute(connection, { sqlText: `COPY INTO @FILES/n/run=1/ ${COPY}`, asyncExec: true });
  const rows = await rowsOf(await fetchResult(connection, submitted.getQueryId()));
  const keys = await keysBelow("raw/n/run=1/");
  expect(keys).toEqual(rows.map(([name]) => `raw/n/run=1/${name}`));
  expect(keys.length).toBeGreaterThan(1);
  const folder = await mkdtemp(path.join(tmpdir(), "snowmelt-s3-"));
  try {
    for (const [index, Key] of keys.entries()) {
      const head = await s3.send(new HeadObjectCommand({ Bucket: "lake", Key }));
      expect([head.ServerSideEncryption, head.SSEKMSKeyId, head.ContentLength]).toEqual([
        "aws:kms",
        KEY,
        rows[index]?.[1],
      ]);
      const object = await s3.send(new GetObjectCommand({ Bucket: "lake", Key }));
      await writeFile(path.join(folder, `${index}.parquet`), (await object.Body?.transformToByteArray()) ?? "");
    }
    expect(await readParquet(`SELECT count(DISTINCT "ID"), count(*) FROM '${folder}/*.parquet'`)).toEqual([
      ["20000", "20000"],
    ]);
  } finally {
    await rm(folder, { recursive: true });
  }
});

it("lists and removes objects by their URLs", async () => {
  await query(connection, `COPY INTO @FILES/listed/ ${COPY}`);
  const listed = await query(connection, "LIST @FILES/listed/");
  expect(listed.map(([name]) => name)).toEqual((await keysBelow("raw/listed/")).map((key) => `s3://lake/${key}`));
  expect((await query(connection, "REMOVE @FILES/listed/")).length).toBe(listed.length);
  expect(await keysBelow("raw/listed/")).toEqual([]);
});

it("leaves the objects of a COPY that fails half way", async () => {
  await server.admin.setFaults([{ kind: "unloadFails", afterFiles: 1, queryTag: "half" }]);
  await expect(
    query(connection, `COPY INTO @FILES/half/ ${COPY}`, { parameters: { QUERY_TAG: "half" } } as never),
  ).rejects.toThrow("300002");
  expect(await keysBelow("raw/half/")).toHaveLength(1);
});

it("tells what S3 refused", async () => {
  await expect(query(connection, `COPY INTO @ABSENT/x/ ${COPY}`)).rejects.toMatchObject({
    code: "091003",
    message: expect.stringContaining("NoSuchBucket"),
  });
});

it("refuses plain http to another machine", async () => {
  const s3 = { endpoint: "http://s3.example.com", region: "eu-west-1", accessKeyId: "a", secretAccessKey: "b" };
  await expect(startLocalSnowflake({ s3, inProcess: true })).rejects.toMatchObject({ code: "LOCAL_CONFIG_INVALID" });
});
