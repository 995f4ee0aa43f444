import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListBucketsCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { type AwsEmulators, openAwsEmulators } from "../../src/aws/index.ts";
import { fakeEnvironment } from "./fake-environment.ts";

describe("a running local AWS", () => {
  let aws: AwsEmulators;
  beforeAll(async () => {
    aws = await openAwsEmulators();
  });
  afterAll(() => aws[Symbol.asyncDispose]());

  test("keeps an object, and forgets it when it is reset", async () => {
    const s3 = openS3(aws);
    await s3.send(new CreateBucketCommand({ Bucket: "lake" }));
    await s3.send(new PutObjectCommand({ Bucket: "lake", Key: "a/b c.txt", Body: "snow" }));
    const got = await s3.send(new GetObjectCommand({ Bucket: "lake", Key: "a/b c.txt" }));
    expect(await got.Body?.transformToString()).toBe("snow");
    await aws.reset();
    expect((await s3.send(new ListBucketsCommand({}))).Buckets ?? []).toEqual([]);
  });

  test("knows only what it was told: nothing of our environment, and our Node first", async () => {
    const [pid] = aws.pids;
    const environment = await readFile(`/proc/${pid}/environ`, "utf8").catch(() => undefined);
    if (environment === undefined) return expect(process.platform).not.toBe("linux");
    const names = environment.split("\0").flatMap((entry) => entry.split("=")[0] || []);
    expect(names.filter((name) => !/^(PATH|HOME|TMPDIR|LC_CTYPE)$/.test(name)).sort()).toEqual([
      "BIND_HOST",
      "GATEWAY_PORT",
      "IOT_MTLS_ENABLED",
      "MINISTACK_ACCOUNT_ID",
      "MINISTACK_HOST",
      "MINISTACK_REGION",
      "S3_DATA_DIR",
      "STATE_DIR",
    ]);
    expect(environment).toContain(`PATH=${join(process.execPath, "..")}:`);
  });

  test("is led to by its variables alone", () => {
    expect(aws.env).toEqual({
      AWS_ENDPOINT_URL: aws.endpoint,
      AWS_REGION: "us-east-1",
      AWS_DEFAULT_REGION: "us-east-1",
      AWS_ACCESS_KEY_ID: "123456789012",
      AWS_SECRET_ACCESS_KEY: "local",
    });
  });
});

test("two run at once and know nothing of each other; closed, they leave no process, port or folder", async () => {
  const temporary = await ownTemporaryFolder();
  const [first, second] = await Promise.all([openAwsEmulators(), openAwsEmulators()]);
  expect(first.endpoint).not.toBe(second.endpoint);
  await openS3(first).send(new CreateBucketCommand({ Bucket: "mine" }));
  expect((await openS3(second).send(new ListBucketsCommand({}))).Buckets ?? []).toEqual([]);
  for (const aws of [first, second]) {
    await aws[Symbol.asyncDispose]();
    await aws.ended;
    expect(aws.pids.map(isAlive)).toEqual([false]);
    await expect(fetch(`${aws.endpoint}/_ministack/health`)).rejects.toThrow();
  }
  expect(await readdir(temporary)).toEqual([]);
});

test("moto answers for SageMaker beside it", async () => {
  await using aws = await openAwsEmulators({ services: ["ministack", "moto"] });
  expect(aws.env.AWS_ENDPOINT_URL_SAGEMAKER).toBe(aws.motoEndpoint);
  const answer = await awsJson(aws.motoEndpoint ?? "", "sagemaker", "SageMaker.ListModels");
  expect(answer).toEqual({ Models: [] });
  await aws.reset();
});

test("IAM is applied where that is asked for", async () => {
  await using open = await openAwsEmulators();
  await using strict = await openAwsEmulators({ enforceIam: true });
  const stranger = { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "stranger" };
  const list = (aws: AwsEmulators) => openS3({ ...aws, credentials: stranger }).send(new ListBucketsCommand({}));
  await expect(list(open)).resolves.toBeDefined();
  await expect(list(strict)).rejects.toMatchObject({ $metadata: { httpStatusCode: 403 } });
  await expect(openS3(strict).send(new ListBucketsCommand({}))).resolves.toBeDefined();
});

test("a named directory keeps what was there, and is held by one at a time", async () => {
  const directory = await temporaryFolder();
  const options = { directory, persist: true };
  {
    await using aws = await openAwsEmulators(options);
    await openS3(aws).send(new CreateBucketCommand({ Bucket: "kept" }));
    await openS3(aws).send(new PutObjectCommand({ Bucket: "kept", Key: "k", Body: "v" }));
    await expect(openAwsEmulators(options)).rejects.toMatchObject({ code: "LOCAL_DATA_IN_USE" });
  }
  await using again = await openAwsEmulators(options);
  const got = await openS3(again).send(new GetObjectCommand({ Bucket: "kept", Key: "k" }));
  expect(await got.Body?.transformToString()).toBe("v");
});

test("it ends when the process that started it is killed", async () => {
  const script = `
    import { openAwsEmulators } from ${JSON.stringify(new URL("../../src/aws/index.ts", import.meta.url).href)};
    const aws = await openAwsEmulators(${JSON.stringify({ directory: await temporaryFolder() })});
    console.log(JSON.stringify({ pids: aws.pids, endpoint: aws.endpoint }));`;
  const flags = ["--conditions=@snowmelt/source", "--input-type=module", "-e", script];
  const parent = spawn(process.execPath, flags, { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = await once(createInterface({ input: parent.stdout }), "line");
  const { pids, endpoint } = JSON.parse(String(line));
  expect(pids.map(isAlive)).toEqual([true]);
  parent.kill("SIGKILL");
  await expect.poll(() => pids.map(isAlive), { timeout: 15_000 }).toEqual([false]);
  await expect(fetch(`${endpoint}/_ministack/health`)).rejects.toThrow();
});

describe("a start that cannot be", () => {
  test("an option that it does not know, or that makes no sense", async () => {
    await expect(openAwsEmulators({ servces: [] } as never)).rejects.toMatchObject({ code: "AWS_CONFIG_INVALID" });
    await expect(openAwsEmulators({ persist: true })).rejects.toMatchObject({ code: "AWS_CONFIG_INVALID" });
    await expect(openAwsEmulators({ accountId: "12" })).rejects.toMatchObject({ code: "AWS_CONFIG_INVALID" });
  });

  test("a port that is taken is named", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    onTestFinished(() => void other.close());
    await once(other, "listening");
    const { port } = other.address() as { port: number };
    await expect(openAwsEmulators({ port })).rejects.toMatchObject({
      code: "AWS_PORT_TAKEN",
      message: expect.stringContaining(String(port)),
    });
  });

  test("an emulator that never answers fails by its deadline, and is gone", async () => {
    const directory = await temporaryFolder();
    await expect(openAwsEmulators({ directory, startTimeoutMs: 1 })).rejects.toMatchObject({
      code: "AWS_START_FAILED",
      message: expect.stringMatching(/did not answer at http:.* within 1 ms/),
    });
    await using again = await openAwsEmulators({ directory });
    expect(again.pids.map(isAlive)).toEqual([true]);
  });

  test("an emulator that dies says why by the end of its log", async () => {
    const directory = await temporaryFolder();
    const cacheDirectory = await temporaryFolder();
    await fakeEnvironment(cacheDirectory, "ministack", "echo broken on purpose >&2; exit 3");
    await expect(openAwsEmulators({ directory, cacheDirectory })).rejects.toMatchObject({
      code: "AWS_START_FAILED",
      message: expect.stringMatching(/its process ended[\s\S]*broken on purpose/),
    });
  });

  test("an abort stops it and leaves nothing", async () => {
    const temporary = await ownTemporaryFolder();
    await expect(openAwsEmulators({ signal: AbortSignal.abort(new Error("enough")) })).rejects.toThrow("enough");
    const controller = new AbortController();
    const opening = openAwsEmulators({ signal: controller.signal });
    setTimeout(() => controller.abort(new Error("enough now")), 50);
    await expect(opening).rejects.toThrow("enough now");
    expect(await readdir(temporary)).toEqual([]);
  });
});

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "aws-test-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Where this test's temporary folders go, so that those of other processes are not taken for ours. */
async function ownTemporaryFolder(): Promise<string> {
  const folder = await temporaryFolder();
  vi.stubEnv("TMPDIR", folder);
  onTestFinished(() => void vi.unstubAllEnvs());
  return folder;
}

function openS3({
  endpoint,
  region,
  credentials,
}: Pick<AwsEmulators, "endpoint" | "region" | "credentials">): S3Client {
  const s3 = new S3Client({ endpoint, region, credentials });
  onTestFinished(() => s3.destroy());
  return s3;
}

async function awsJson(endpoint: string, service: string, target: string): Promise<unknown> {
  const authorization = `AWS4-HMAC-SHA256 Credential=123456789012/20260101/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=0`;
  const answer = await fetch(endpoint, {
    method: "POST",
    headers: { authorization, "x-amz-target": target, "content-type": "application/x-amz-json-1.1" },
    body: "{}",
  });
  return answer.json();
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
