import { inspect } from "node:util";
import { CreateSecretCommand, PutSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import type { SnowmeltError } from "@snowmelt/core/errors";
import { manualClock, secretRef } from "@snowmelt/core/ports";
import { secretsContract } from "@snowmelt/core/ports/testing";
import { type AwsEmulators, openAwsEmulators } from "@snowmelt/local/aws";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openSecretsManager } from "../../src/aws/secrets-manager/index.ts";
import { type ScriptedAnswer, scriptSecretsManager } from "./scripted-secrets-manager.ts";

const value = "hunter2hunter2";
const at = secretRef("aws:snowmelt/loader");
const instant = () => ({ clock: manualClock(), random: { float: () => 0, uuid: () => "" } as never });

describe("secrets of Secrets Manager", () => {
  let aws: AwsEmulators;
  let client: SecretsManagerClient;
  let arn = "";
  beforeAll(async () => {
    aws = await openAwsEmulators();
    client = new SecretsManagerClient({ endpoint: aws.endpoint, region: aws.region, credentials: aws.credentials });
    const create = new CreateSecretCommand({ Name: "snowmelt/known", SecretString: value });
    arn = (await client.send(create)).ARN ?? "";
    await client.send(
      new CreateSecretCommand({
        Name: "snowmelt/fields",
        SecretString: JSON.stringify({ password: value, port: 443 }),
      }),
    );
  }, 120_000);
  afterAll(async () => {
    client?.destroy();
    await aws?.[Symbol.asyncDispose]();
  });
  const open = () => {
    const { endpoint, region, credentials } = aws;
    return openSecretsManager({ endpoint, region, credentials });
  };

  for (const [by, known] of [
    ["name", () => secretRef("aws:snowmelt/known")],
    ["ARN", () => secretRef(`aws:${arn}`)],
    ["the field of its JSON", () => secretRef("aws:snowmelt/fields#password")],
  ] as const)
    describe(`by ${by}`, () => {
      const cases = secretsContract(() => ({
        secrets: open(),
        known: { ref: known(), value },
        unknown: secretRef(by === "the field of its JSON" ? "aws:snowmelt/fields#nothing" : "aws:snowmelt/unknown"),
      }));
      for (const { name, run } of cases) it(name, run);
    });

  it("are read by version, and one that is not there is not found", async () => {
    await client.send(new CreateSecretCommand({ Name: "snowmelt/rotated", SecretString: "first" }));
    const put = { SecretId: "snowmelt/rotated" };
    await client.send(new PutSecretValueCommand({ ...put, SecretString: "third", VersionStages: ["AWSPENDING"] }));
    await using secrets = open();
    const ref = secretRef("aws:snowmelt/rotated");
    const read = async (version: "current" | "pending" | "previous") => (await secrets.get(ref, { version })).reveal();
    await expect(read("previous")).rejects.toMatchObject({ code: "SECRET_NOT_FOUND" });
    expect([await read("current"), await read("pending")]).toEqual(["first", "third"]);
    await client.send(new PutSecretValueCommand({ ...put, SecretString: "second" }));
    expect(await read("current")).toBe("first");
    expect((await secrets.get(ref, { refresh: true })).reveal()).toBe("second");
    expect([await read("current"), await read("previous")]).toEqual(["second", "first"]);
  });
});

describe("what Secrets Manager answers", () => {
  const failing = async (answer: ScriptedAnswer, ref = at): Promise<SnowmeltError> => {
    await using server = await scriptSecretsManager([answer]);
    await using secrets = openSecretsManager({ ...server.options, ...instant(), attempts: 2 });
    return await secrets.get(ref).then(
      () => expect.fail("it was found"),
      (error: SnowmeltError) => error,
    );
  };

  it.each([
    ["AccessDeniedException", "no identity-based policy allows it", "SECRETS_DENIED", "secretsmanager:GetSecretValue"],
    ["AccessDeniedException", "Access to KMS is not allowed", "SECRETS_KMS_REFUSED", "kms:Decrypt"],
    ["DecryptionFailure", "the key is disabled", "SECRETS_KMS_REFUSED", "enabled"],
    ["ResourceNotFoundException", "can't find the specified secret", "SECRET_NOT_FOUND", "snowmelt/loader"],
    ["InvalidRequestException", "it was marked for deletion", "SECRET_NOT_FOUND", "restore it"],
    ["ExpiredTokenException", "the security token is expired", "SECRETS_DENIED", "expired"],
    ["InvalidParameterException", "the name is not valid", "SECRETS_REFUSED", "not valid"],
    ["ThrottlingException", "rate exceeded", "RETRIES_EXHAUSTED", "after 2 attempts"],
  ])("is told by code: %s (%s) is %s", async (error, message, code, said) => {
    const failure = await failing({ error, message });
    expect(failure.code).toBe(code);
    expect(failure.message).toContain(said);
    expect(failure.message).toContain("snowmelt/loader");
  });

  it("is tried again after throttling and a failing service", async () => {
    await using server = await scriptSecretsManager([
      { error: "ThrottlingException" },
      { error: "InternalServiceError", status: 500 },
      { text: value },
    ]);
    await using secrets = openSecretsManager({ ...server.options, ...instant() });
    expect((await secrets.get(at)).reveal()).toBe(value);
    expect(server.asked).toHaveLength(3);
  });

  it("is kept for the time that was set and no longer, but never of a pending or previous version", async () => {
    await using server = await scriptSecretsManager(["a", "b", "c", "d", "e"].map((text) => ({ text })));
    const clock = manualClock();
    await using secrets = openSecretsManager({ ...server.options, clock, cacheMs: 1000 });
    const read = async (asked = {}) => (await secrets.get(at, asked)).reveal();
    expect([await read(), await read()]).toEqual(["a", "a"]);
    clock.advance(1000);
    expect(await read()).toBe("b");
    expect([await read({ refresh: true }), await read()]).toEqual(["c", "c"]);
    expect([await read({ version: "pending" }), await read({ version: "pending" }), await read()]).toEqual([
      "d",
      "e",
      "c",
    ]);
    expect(server.asked.slice(3)).toEqual(["AWSPENDING", "AWSPENDING"]);
  });

  it("is not quoted when it has another form than expected", async () => {
    const text = await failing({ text: `{"password": ${value}` }, secretRef("aws:snowmelt/loader#password"));
    expect(text.code).toBe("SECRET_INVALID");
    const field = await failing({ text: JSON.stringify({ a: value }) }, secretRef("aws:snowmelt/loader#password"));
    expect(field.code).toBe("SECRET_NOT_FOUND");
    const binary = await failing({ binary: value });
    expect(binary.code).toBe("SECRET_INVALID");
    for (const error of [text, field, binary]) expect(inspect(error, { depth: 9 })).not.toContain(value);
  });

  it("is asked for over no clear text to another machine", async () => {
    const credentials = { accessKeyId: "a", secretAccessKey: "b" };
    await using secrets = openSecretsManager({ endpoint: "http://secrets.example.com", credentials });
    await expect(secrets.get(at)).rejects.toThrow("in the clear");
  });

  it("is waited for until the caller gives up", async () => {
    await using server = await scriptSecretsManager([{ error: "ThrottlingException" }]);
    await using secrets = openSecretsManager({ ...server.options, attempts: 100 });
    const controller = new AbortController();
    const reading = secrets.get(at, { signal: controller.signal });
    setTimeout(() => controller.abort(), 20);
    await expect(reading).rejects.toMatchObject({ code: "ABORTED" });
  });
});
