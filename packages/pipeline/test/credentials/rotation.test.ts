import { randomUUID } from "node:crypto";
import { inspect } from "node:util";
import { coreError } from "@snowmelt/core/errors";
import { memoryLogger, memorySecrets, Secret, type Secrets, secretRef } from "@snowmelt/core/ports";
import { openSnowflake } from "@snowmelt/snowflake";
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  memorySecretVersions,
  type RotateKeyPairOptions,
  type RotationEvent,
  rotateKeyPair,
  type SecretVersions,
} from "../../src/rotation/index.ts";
import { publicKeyOf } from "../../src/rotation/key-pair.ts";
import { body, type KeyPairUser, pair, startKeyPairUser } from "./key-pair-user.ts";

const first = pair();
const steps = ["createSecret", "setSecret", "testSecret", "finishSecret"] as const;
const stageOf = { current: "AWSCURRENT", pending: "AWSPENDING", previous: "AWSPREVIOUS" } as const;

describe("the rotation of a key pair", () => {
  let user: KeyPairUser;
  let versions: SecretVersions;
  beforeAll(async () => {
    user = await startKeyPairUser();
  }, 120_000);
  afterAll(() => user?.[Symbol.asyncDispose]());
  beforeEach(async () => {
    await user.sql(`ALTER USER loader SET RSA_PUBLIC_KEY = '${body(first.publicKey)}'`);
    await user.sql("ALTER USER loader UNSET RSA_PUBLIC_KEY_2");
    versions = memorySecretVersions({
      id: "v0",
      text: JSON.stringify({ owner: "data", privateKey: first.privateKey }),
    });
  });

  const rotate = (
    Step: RotationEvent["Step"],
    token: string,
    options: Partial<RotateKeyPairOptions> = {},
  ): ReturnType<typeof rotateKeyPair> =>
    rotateKeyPair({ Step, ClientRequestToken: token }, { versions, connection: user.connection, ...options });
  const rotateWhole = async (token: string, options: Partial<RotateKeyPairOptions> = {}) => {
    for (const step of steps) await rotate(step, token, options);
  };
  const slots = async () =>
    new Map((await user.sql("DESC USER loader")).filter(([name]) => /_FP$/.test(String(name))).map(([k, v]) => [k, v]));

  /** Secrets as a function has them: current is kept, for ever unless it is asked for afresh. */
  const cached = (keptText?: string): Secrets => {
    let kept = keptText;
    return {
      async get(_ref, { version = "current", refresh = false } = {}) {
        if (version === "current" && kept !== undefined && !refresh) return new Secret(kept);
        const found = await versions.read({ stage: stageOf[version] });
        if (found === undefined) throw coreError("SECRET_NOT_FOUND", `no ${version} version`);
        const { privateKey } = JSON.parse(found.reveal()) as { privateKey: string };
        if (version === "current") kept = privateKey;
        return new Secret(privateKey);
      },
    };
  };
  const auth = { kind: "keyPair", privateKey: secretRef("aws:loader#privateKey") } as const;
  const logIn = async (secrets: Secrets) => {
    await using session = await openSnowflake({ ...user.connection, auth }, { secrets });
    expect((await session.query("SELECT CURRENT_USER()")).rows).toEqual([["LOADER"]]);
  };
  const currentKey = async () =>
    (JSON.parse((await versions.read({ stage: "AWSCURRENT" }))?.reveal() ?? "{}") as { privateKey: string }).privateKey;

  it("ends with a new key that logs in, and leaves the old one good until the next", async () => {
    await rotateWhole("v1");
    expect(await currentKey()).not.toBe(first.privateKey);
    await logIn(cached());
    const noLook: Secrets = memorySecrets({ "aws:loader#privateKey": first.privateKey });
    await logIn(noLook);
    expect(await versions.stages()).toEqual({ v0: ["AWSPREVIOUS"], v1: expect.arrayContaining(["AWSCURRENT"]) });

    const before = await slots();
    await rotateWhole("v2");
    const after = await slots();
    expect(after.get("RSA_PUBLIC_KEY_2_FP")).toBe(before.get("RSA_PUBLIC_KEY_2_FP"));
    expect(after.get("RSA_PUBLIC_KEY_FP")).not.toBe(before.get("RSA_PUBLIC_KEY_FP"));
    await expect(logIn(noLook)).rejects.toMatchObject({ code: "CREDENTIALS_REFUSED" });
  });

  it("keeps the secret's other fields, its form, and makes a new passphrase where it has one", async () => {
    await rotateWhole("v1");
    expect(JSON.parse((await versions.read({ id: "v1" }))?.reveal() ?? "")).toMatchObject({ owner: "data" });

    versions = memorySecretVersions({ id: "p0", text: first.privateKey });
    await rotateWhole("p1");
    expect((await versions.read({ id: "p1" }))?.reveal()).toMatch(/^-----BEGIN PRIVATE KEY-----/);

    const locked = JSON.stringify({ privateKey: (await versions.read({ id: "p1" }))?.reveal(), passphrase: "unused" });
    versions = memorySecretVersions({ id: "l0", text: locked });
    await rotateWhole("l1");
    const { privateKey, passphrase } = JSON.parse((await versions.read({ id: "l1" }))?.reveal() ?? "") as Record<
      string,
      string
    >;
    expect(privateKey).toMatch(/^-----BEGIN ENCRYPTED PRIVATE KEY-----/);
    expect(passphrase).not.toBe("unused");
    await rotateWhole("l2");
  });

  it("may be asked for any step again, at any time after it", async () => {
    for (const [index, step] of steps.entries()) {
      await rotate(step, "v1");
      const keys = await slots();
      const secret = (await versions.read({ id: "v1" }))?.reveal();
      for (const earlier of steps.slice(0, index + 1)) await rotate(earlier, "v1");
      expect(await slots()).toEqual(keys);
      expect((await versions.read({ id: "v1" }))?.reveal()).toBe(secret);
    }
    expect(await rotate("finishSecret", "v1")).toEqual({ status: "already" });
  });

  it("ends right when it is killed before or after any of its effects and repeated", async () => {
    for (const when of ["before", "after"] as const) {
      let effects = 1;
      for (let kill = 0; kill < effects; kill += 1) {
        versions = memorySecretVersions({ id: "v0", text: JSON.stringify({ privateKey: await goodKey() }) });
        let seen = 0;
        const killing = async <T>(effect: () => Promise<T>): Promise<T> => {
          const mine = seen;
          seen += 1;
          if (mine === kill && when === "before") throw new Error("killed");
          const result = await effect();
          if (mine === kill) throw new Error("killed");
          return result;
        };
        const mortal: SecretVersions = {
          ...versions,
          read: (version) => killing(() => versions.read(version)),
          putPending: (id, value) => killing(() => versions.putPending(id, value)),
          promote: (move) => killing(() => versions.promote(move)),
        };
        const open: typeof openSnowflake = async (...of) => {
          const session = await killing(() => openSnowflake(...of));
          return { ...session, query: (...asked) => killing(() => session.query(...asked)) };
        };
        const token = randomUUID();
        for (const step of steps)
          await rotate(step, token, { versions: mortal, open }).catch(async (error: Error) => {
            expect(error.message).toContain("killed");
            await rotate(step, token, { versions: mortal, open });
          });
        effects = seen;
        expect((await versions.stages())[token]).toContain("AWSCURRENT");
        await logIn(cached());
      }
      expect(effects).toBeGreaterThan(15);
    }
  }, 120_000);
  /** A key that the user has, whatever the rotations before left. */
  const goodKey = async () => {
    await user.sql(`ALTER USER loader SET RSA_PUBLIC_KEY = '${body(first.publicKey)}'`);
    await user.sql("ALTER USER loader UNSET RSA_PUBLIC_KEY_2");
    return first.privateKey;
  };

  it("breaks no login between any two steps, whatever version the login had kept", async () => {
    const kept = [first.privateKey];
    for (const token of ["v1", "v2", "v3"])
      for (const step of steps) {
        await rotate(step, token);
        for (const text of kept) await logIn(cached(text));
        if (step === "finishSecret") kept.push(await currentKey());
      }
  }, 60_000);

  it("breaks no login in whose middle steps happen, nor one of a key that is in one slot alone", async () => {
    const advances = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 5, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(advances, fc.integer({ min: 0, max: 7 }), fc.boolean(), async (moves, start, single) => {
        versions = memorySecretVersions({ id: "v0", text: JSON.stringify({ privateKey: await goodKey() }) });
        let done = 0;
        const advance = async (count: number) => {
          for (let index = 0; index < count && done < 8; index += 1) {
            const step = steps[done % 4] ?? "createSecret";
            await rotate(step, done < 4 ? "v1" : "v2");
            done += 1;
            // As rotations do that know of one key only: the old one is gone once the new one is there.
            if (single && step === "setSecret") await dropOthers(done < 4 ? "v1" : "v2");
          }
        };
        await advance(start);
        const secrets = cached(first.privateKey);
        let look = 0;
        await logIn({
          async get(ref, options) {
            const secret = await secrets.get(ref, options).catch((error: Error) => error);
            const move = moves[look] ?? 0;
            look += 1;
            // Of keys that are in one slot alone nobody can follow two rotations in the middle of one login.
            await advance(single && start < 4 ? Math.min(move, Math.max(0, 5 - done)) : move);
            if (secret instanceof Error) throw secret;
            return secret;
          },
        });
      }),
      { numRuns: 30, seed: 20_261_123 },
    );
  }, 120_000);
  const dropOthers = async (token: string) => {
    const text = (await versions.read({ id: token }))?.reveal() ?? "{}";
    const pending = publicKeyOf({
      pem: (JSON.parse(text) as { privateKey: string }).privateKey,
      passphrase: undefined,
    });
    for (const [name, value] of await slots())
      if (value !== pending?.fingerprint) await user.sql(`ALTER USER loader UNSET ${String(name).replace(/_FP$/, "")}`);
  };

  it("may leave the new key alone before it is the current one, as rotations do that know of one slot", async () => {
    await rotate("createSecret", "v1");
    await rotate("setSecret", "v1");
    await dropOthers("v1");
    await logIn(cached(first.privateKey));
    await rotate("testSecret", "v1");
    await rotate("finishSecret", "v1");
    await logIn(cached(first.privateKey));
  });

  it("may be undone in Snowflake: the key before is taken again", async () => {
    await rotateWhole("v1");
    await goodKey();
    await logIn(cached());
  });

  it("breaks no login that read the key before it and the passphrase after it", async () => {
    const unlocked = JSON.stringify({ privateKey: first.privateKey, passphrase: "unused" });
    versions = memorySecretVersions({ id: "v0", text: unlocked });
    await rotateWhole("v1");
    let torn = false;
    const secrets: Secrets = {
      async get({ secret }, { version = "current" } = {}) {
        if (secret === "aws:loader#passphrase" && !torn) {
          torn = true;
          await rotateWhole("v2");
        }
        const found = await versions.read({ stage: stageOf[version] });
        if (found === undefined) throw coreError("SECRET_NOT_FOUND", `no ${version} version`);
        const field = secret.slice(secret.indexOf("#") + 1);
        return new Secret((JSON.parse(found.reveal()) as Record<string, string>)[field] ?? "");
      },
    };
    const passphrase = secretRef("aws:loader#passphrase");
    await using session = await openSnowflake({ ...user.connection, auth: { ...auth, passphrase } }, { secrets });
    expect((await session.query("SELECT CURRENT_USER()")).rows).toEqual([["LOADER"]]);
    expect(torn).toBe(true);
  });

  it("is noticed by no session that has to log in again", async () => {
    await using session = await openSnowflake({ ...user.connection, auth }, { secrets: cached(first.privateKey) });
    for (const token of ["v1", "v2", "v3"]) {
      await rotateWhole(token);
      await user.server.admin.setFaults([{ kind: "sessionGone", times: 1 }]);
      expect((await session.query("SELECT CURRENT_USER()")).rows).toEqual([["LOADER"]]);
    }
  }, 60_000);

  it("is refused a version that is not pending, a key that nobody could use, and a user whose slots are others'", async () => {
    await expect(rotate("setSecret", "v9")).rejects.toMatchObject({ code: "ROTATION_REFUSED" });
    versions = memorySecretVersions({ id: "v0", text: '{"password": "hunter2hunter2"}' });
    const invalid: unknown = await rotate("createSecret", "v1").catch((error: unknown) => error);
    expect(invalid).toMatchObject({ code: "SECRET_INVALID" });
    expect(inspect(invalid, { depth: 9 })).not.toContain("hunter2");

    versions = memorySecretVersions({ id: "v0", text: JSON.stringify({ privateKey: pair().privateKey }) });
    await rotate("createSecret", "v1");
    await expect(rotate("setSecret", "v1")).rejects.toMatchObject({ code: "CREDENTIALS_REFUSED" });
    await user.sql(`ALTER USER loader SET RSA_PUBLIC_KEY_2 = '${body(pair().publicKey)}'`);
    await expect(rotate("setSecret", "v1", { admin: administrator() })).rejects.toThrow(
      "UNSET the one that nobody needs",
    );
  });
  const administrator = () => ({
    connection: {
      ...user.connection,
      username: user.server.user,
      auth: { kind: "password", password: secretRef("env:PASSWORD") } as const,
    },
    secrets: memorySecrets({ "env:PASSWORD": user.server.password }),
  });

  it("comes back, by an administrator, from the loss of every key", async () => {
    await user.sql("ALTER USER loader UNSET RSA_PUBLIC_KEY");
    await rotate("createSecret", "v1");
    await expect(rotate("setSecret", "v1")).rejects.toMatchObject({ code: "CREDENTIALS_REFUSED" });
    await rotateWhole("v1", { admin: administrator() });
    await logIn(cached());
  });

  it("tells of fingerprints and slots, and of no key", async () => {
    const logger = memoryLogger();
    await rotateWhole("v1", { logger });
    const told = JSON.stringify(logger.records);
    expect(told).toContain("SHA256:");
    expect(told).not.toContain("PRIVATE KEY");
    expect(told).not.toContain(body(await currentKey()).slice(0, 40));
  });
});
