import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HeadBucketCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { describe, expect, onTestFinished, test } from "vitest";
import { runLocalStack } from "../../src/aws/run-local-stack.ts";
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
        credentials: { accessKeyId: env.AWS_ACCESS_KEY_ID ?? "", secretAccessKey: env.AWS_SECRET_ACCESS_KEY ?? "" },
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

`);
  });
});

async function run(dataDir: string) {
  const controller = new AbortController();
  const printed = Promise.withResolvers<string>();
  const done = runLocalStack({
    port: 0,
    awsPort: 0,
    dataDir,
    sample: false,
    services: ["ministack"],
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
