import { tmpdir } from "node:os";
import { join } from "node:path";
import { openS3Store, type S3StoreOptions } from "@snowmelt/lake/s3";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

const nowhere = join(tmpdir(), "snowmelt-no-such-file");
const credentials = { accessKeyId: "AKIAEXAMPLE", secretAccessKey: "very-secret" };
const open = (options: Partial<S3StoreOptions>) => openS3Store({ bucket: "acme-lake", attempts: 1, ...options });

beforeEach(() => {
  const names = Object.keys(process.env).filter((name) => name.startsWith("AWS_"));
  for (const name of names) vi.stubEnv(name, undefined);
  vi.stubEnv("AWS_CONFIG_FILE", nowhere);
  vi.stubEnv("AWS_SHARED_CREDENTIALS_FILE", nowhere);
  vi.stubEnv("AWS_EC2_METADATA_DISABLED", "true");
});
afterEach(() => vi.unstubAllEnvs());

it("an endpoint of the environment is refused in the clear, as one of the options is", async () => {
  vi.stubEnv("AWS_ENDPOINT_URL_S3", "http://10.0.0.1:9000");
  await expect(open({ region: "eu-west-1", credentials }).get("k")).rejects.toMatchObject({
    code: "STORE_ENDPOINT_INSECURE",
    message: expect.stringContaining("http://10.0.0.1"),
  });
});

it("an endpoint of this machine in the environment is used", async () => {
  vi.stubEnv("AWS_ENDPOINT_URL", "http://127.0.0.1:1");
  await expect(open({ region: "eu-west-1", credentials }).get("k")).rejects.toMatchObject({
    code: "STORE_UNREACHABLE",
    message: expect.stringContaining("ECONNREFUSED"),
  });
});

it("a region that nobody names is asked for", async () => {
  await expect(open({ credentials }).get("k")).rejects.toMatchObject({
    code: "STORE_OPTIONS_INVALID",
    message: expect.stringContaining("Set the store's region, or AWS_REGION"),
  });
});

it("credentials that nobody has are asked for", async () => {
  await expect(open({ region: "eu-west-1" }).get("k")).rejects.toMatchObject({
    code: "STORE_CREDENTIALS_INVALID",
    message: expect.stringContaining("Expected AWS credentials by option, environment, profile or role"),
  });
});

it("a function that gives credentials is heard out when it fails", async () => {
  const failing = () => Promise.reject(new Error("the vault is sealed"));
  await expect(open({ region: "eu-west-1", credentials: failing }).get("k")).rejects.toMatchObject({
    code: "STORE_FAILED",
    message: expect.stringContaining("the vault is sealed"),
  });
});
