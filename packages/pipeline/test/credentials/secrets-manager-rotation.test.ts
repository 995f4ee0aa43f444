import { randomUUID } from "node:crypto";
import { CreateSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { Secret, secretRef } from "@snowmelt/core/ports";
import { type AwsEmulators, openAwsEmulators } from "@snowmelt/local/aws";
import { openSnowflake } from "@snowmelt/snowflake";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openSecretsManager, openSecretVersions } from "../../src/aws/secrets-manager/index.ts";
import { rotateKeyPair } from "../../src/rotation/index.ts";
import { body, type KeyPairUser, pair, startKeyPairUser } from "./key-pair-user.ts";

const steps = ["createSecret", "setSecret", "testSecret", "finishSecret"] as const;
const id = "snowmelt/loader";

describe("a key pair in Secrets Manager", () => {
  let user: KeyPairUser;
  let aws: AwsEmulators;
  const first = pair();
  beforeAll(async () => {
    [aws, user] = await Promise.all([openAwsEmulators(), startKeyPairUser()]);
    const client = new SecretsManagerClient(place());
    const SecretString = JSON.stringify({ privateKey: first.privateKey });
    await client.send(new CreateSecretCommand({ Name: id, SecretString }));
    client.destroy();
    await user.sql(`ALTER USER loader SET RSA_PUBLIC_KEY = '${body(first.publicKey)}'`);
  }, 120_000);
  afterAll(async () => {
    await user?.[Symbol.asyncDispose]();
    await aws?.[Symbol.asyncDispose]();
  });
  const place = () => {
    const { endpoint, region, credentials } = aws;
    return { endpoint, region, credentials };
  };
  const auth = { kind: "keyPair", privateKey: secretRef(`aws:${id}#privateKey`) } as const;

  // The emulator's RotateSecret calls no function: each step is called as Secrets Manager would.
  it("is rotated step by step while those who kept a key go on", async () => {
    await using versions = openSecretVersions(id, place());
    await using secrets = openSecretsManager({ ...place(), cacheMs: 3_600_000 });
    await using session = await openSnowflake({ ...user.connection, auth }, { secrets });
    for (const token of [randomUUID(), randomUUID(), randomUUID()]) {
      for (const Step of steps) {
        const ask = () => rotateKeyPair({ Step, ClientRequestToken: token }, { versions, connection: user.connection });
        expect((await ask()).status).toBe("done");
        const before = (await versions.read({ id: token }))?.reveal();
        await ask();
        expect((await versions.read({ id: token }))?.reveal()).toBe(before);
        await user.server.admin.setFaults([{ kind: "sessionGone", times: 1 }]);
        expect((await session.query("SELECT CURRENT_USER()")).rows).toEqual([["LOADER"]]);
      }
      expect((await versions.stages())[token]).toContain("AWSCURRENT");
    }
    const kept = (await secrets.get(auth.privateKey)).reveal();
    expect(kept).not.toBe(first.privateKey);
    expect(kept).not.toBe((await secrets.get(auth.privateKey, { refresh: true })).reveal());
  }, 60_000);

  it("is made current once, however often it is asked", async () => {
    await using versions = openSecretVersions(id, place());
    const from = Object.entries(await versions.stages()).find(([, stages]) => stages.includes("AWSCURRENT"))?.[0];
    const to = randomUUID();
    await versions.putPending(to, new Secret("{}"));
    await versions.promote({ from, to });
    await versions.promote({ from, to });
    expect(await versions.stages()).toMatchObject({ [to]: expect.arrayContaining(["AWSCURRENT"]) });
    await expect(versions.promote({ from, to: randomUUID() })).rejects.toMatchObject({ category: "credentials" });
    expect(await versions.read({ id: randomUUID() })).toBeUndefined();
    await using nowhere = openSecretVersions("snowmelt/nowhere", place());
    await expect(nowhere.stages()).rejects.toMatchObject({ code: "SECRET_NOT_FOUND" });
  });
});
