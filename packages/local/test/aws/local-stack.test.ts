import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  GetObjectCommand,
  HeadBucketCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { parquetMetadata } from "hyparquet";
import { describe, expect, onTestFinished, test } from "vitest";
import type { LocalLake } from "../../src/aws/local-lake.ts";
import { runLocalStack } from "../../src/aws/run-local-stack.ts";
import { runStatements } from "../../src/aws/run-statements.ts";
import { stackText } from "../../src/aws/stack-text.ts";

describe("a Snowflake and an AWS together", () => {
  test("are printed as one line of JSON, have the lake's bucket, keep what is put there, and stop on the signal", async () => {
    const dataDir = await mkdtemp(join(tmpdir(), "stack-"));
    onTestFinished(() => rm(dataDir, { recursive: true, force: true }));
    for (const start of [1, 2]) {
      const { facts, stop } = await run(dataDir);
      const { aws, snowflake, env } = facts;
      expect(Object.keys(env)).toEqual(
        expect.arrayContaining(["SNOWFLAKE_PASSWORD", "AWS_ENDPOINT_URL", "AWS_REGION"]),
      );
      expect(env.SNOWFLAKE_PORT).toBe(String(snowflake.port));
      const s3 = new S3Client({
        endpoint: aws.endpoint,
        region: aws.region,
        credentials: keysOf(env),
      });
      await s3.send(new HeadBucketCommand({ Bucket: aws.bucket }));
      const put = new PutObjectCommand({ Bucket: aws.bucket, Key: "first", Body: "x", IfNoneMatch: "*" });
      if (start === 1) await s3.send(put);
      else await expect(s3.send(put)).rejects.toMatchObject({ name: "PreconditionFailed" });
      s3.destroy();
      await stop();
      await expect(fetch(aws.endpoint)).rejects.toThrow();
      await expect(fetch(`http://${snowflake.host}:${snowflake.port}`)).rejects.toThrow();
    }
  });

  test("have what the lakes need that are named, also at the next start, and print commands that find Snowflake", async () => {
    const dataDir = await mkdtemp(join(tmpdir(), "stack-"));
    onTestFinished(() => rm(dataDir, { recursive: true, force: true }));
    const lake: LocalLake = {
      environment: "local-unload",
      root: "s3://another-lake/unloaded",
      databases: ["unloaded_raw", "unloaded_curated"],
      stage: { database: "SHOP", schema: "Odd schema", name: "LAKE" },
      run: "npx snowmelt run p.ts --env local-unload",
      port: 7676,
    };
    for (const _ of [1, 2]) {
      const { facts, stop } = await run(dataDir, [lake]);
      const { aws, snowflake } = facts;
      expect(facts.lakes).toEqual([{ ...lake, run: `${lake.run} --connection port=${snowflake.port}` }]);
      const databases = await fetch(aws.endpoint, {
        method: "POST",
        headers: { "Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": "AWSGlue.GetDatabases" },
        body: "{}",
      }).then((response) => response.text());
      for (const name of lake.databases) expect(databases).toContain(`"${name}"`);
      await runStatements(snowflake, [
        'CREATE OR REPLACE TABLE SHOP."Odd schema".T AS SELECT 1::NUMBER(9,0) AS ID, CURRENT_DATE::TIMESTAMP_NTZ(6) AS AT',
        'COPY INTO @SHOP."Odd schema".LAKE/raw/t/ FROM SHOP."Odd schema".T FILE_FORMAT = (TYPE = PARQUET) HEADER = TRUE INCLUDE_QUERY_ID = TRUE',
      ]);
      const s3 = new S3Client({ endpoint: aws.endpoint, region: aws.region, credentials: keysOf(facts.env) });
      const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: "another-lake" }));
      const [{ Key = "" } = {}] = Contents;
      expect(Key).toMatch(/^unloaded\/raw\/t\/.*\.parquet$/);
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: "another-lake", Key }));
      const bytes = (await Body?.transformToByteArray()) ?? new Uint8Array();
      const { schema } = parquetMetadata(new Uint8Array(bytes).buffer);
      // A lake takes times that are marked as UTC, and streams a table that has others.
      expect(schema.find(({ name }) => name === "AT")?.logical_type).toMatchObject({ isAdjustedToUTC: true });
      s3.destroy();
      await expect(runStatements(snowflake, ["SELECT * FROM NOWHERE"])).rejects.toMatchObject({
        code: "AWS_LAKE_REFUSED",
        message: expect.stringContaining("NOWHERE"),
      });
      await stop();
    }
  });

  test("end with an error when one of them dies", async () => {
    const dataDir = await mkdtemp(join(tmpdir(), "stack-"));
    onTestFinished(() => rm(dataDir, { recursive: true, force: true }));
    const { facts, done } = await run(dataDir);
    const failed = expect(done).rejects.toMatchObject({
      code: "AWS_START_FAILED",
      message: expect.stringContaining("The process of the local AWS ended by itself"),
    });
    const { port } = new URL(facts.aws.endpoint);
    const { readFile, readdir } = await import("node:fs/promises");
    // The emulator's process is the one whose environment names its port.
    for (const pid of (await readdir("/proc")).filter((name) => /^\d+$/.test(name))) {
      const environment = await readFile(`/proc/${pid}/environ`, "utf8").catch(() => "");
      if (environment.split("\0").includes(`GATEWAY_PORT=${port}`)) process.kill(Number(pid), "SIGKILL");
    }
    await failed;
    await expect(fetch(`http://${facts.snowflake.host}:${facts.snowflake.port}`)).rejects.toThrow();
  });

  test("are told to people with lines that a shell takes, whatever a value holds", () => {
    const text = stackText({
      snowflake: {
        host: "127.0.0.1",
        port: 1,
        protocol: "http",
        account: "LOCAL",
        user: "SNOWMELT",
        password: "it's",
        database: "A",
        schema: "PUBLIC",
        warehouse: "W",
      },
      lakes: [
        {
          environment: "e",
          root: "s3://lake/x",
          databases: ["x_raw"],
          stage: { database: "D", schema: "S", name: "L" },
          run: "npx snowmelt run p.ts --env e",
        },
      ],
      aws: { endpoint: "http://127.0.0.1:2", region: "us-east-1", accountId: "123456789012", bucket: "lake" },
      env: { SNOWFLAKE_PASSWORD: "it's $HOME", AWS_ENDPOINT_URL: "http://127.0.0.1:2" },
    });
    expect(text).toBe(`Local Snowflake and AWS are ready. Stop them with Ctrl-C.

  Snowflake  http://127.0.0.1:1
  AWS        http://127.0.0.1:2
  lake       s3://lake

In another terminal:

export SNOWFLAKE_PASSWORD='it'\\''s $HOME'
export AWS_ENDPOINT_URL=http://127.0.0.1:2

and there:

npx snowmelt run p.ts --env e  # into s3://lake/x, unloaded by D.S.L, found in Glue's x_raw

`);
  });
});

const keysOf = ({ AWS_ACCESS_KEY_ID = "", AWS_SECRET_ACCESS_KEY = "" }: Readonly<Record<string, string>>) => ({
  accessKeyId: AWS_ACCESS_KEY_ID,
  secretAccessKey: AWS_SECRET_ACCESS_KEY,
});

async function run(dataDir: string, lakes: readonly LocalLake[] = []) {
  const controller = new AbortController();
  const printed = Promise.withResolvers<string>();
  const done = runLocalStack({
    port: 0,
    awsPort: 0,
    dataDir,
    sample: false,
    services: ["ministack"],
    lakes,
    json: true,
    signal: controller.signal,
    print: printed.resolve,
    printProgress: () => {},
  });
  done.catch(printed.reject);
  const facts = JSON.parse(await printed.promise) as Parameters<typeof stackText>[0];
  const stop = async () => {
    controller.abort();
    await done;
  };
  return { facts, done, stop };
}
