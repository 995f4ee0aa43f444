import { generateKeyPairSync } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { connect, query } from "./driver.ts";
import { type MemoryServer, startMemoryServer } from "./server-with-memory.ts";

const pair = () =>
  generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
const first = pair();
const second = pair();
const stranger = pair();

const ROLE_SESSION = {
  accessKeyId: "ASIAEXAMPLE",
  secretAccessKey: "secret-of-the-role",
  sessionToken: "token-of-the-role",
  arn: "arn:aws:sts::123456789012:assumed-role/loader/i-0abc",
};

describe("login", () => {
  let server: MemoryServer;
  beforeAll(async () => {
    server = await startMemoryServer({
      users: [
        { name: "KEYED", publicKeys: [first.publicKey, second.publicKey] },
        { name: "TOKENED", oauthTokens: [{ token: "oauth-good" }, { token: "oauth-old", expiresAtMs: 1 }] },
        { name: "PATTED", programmaticAccessTokens: [{ token: "pat-good" }], defaultRole: "LOADER" },
        { name: "WORKLOAD", awsArns: ["arn:aws:iam::123456789012:role/loader"] },
      ],
      awsIdentities: [
        ROLE_SESSION,
        { accessKeyId: "AKIAOTHER", secretAccessKey: "x", arn: "arn:aws:iam::1:user/other" },
      ],
    });
  });
  afterAll(() => server[Symbol.asyncDispose]());

  const as = (options: Parameters<typeof connect>[1]) => connect(server.facts, options);
  const byKey = (privateKey: string, username = "KEYED") =>
    as({ authenticator: "SNOWFLAKE_JWT", username, privateKey });

  it("takes the right password, whatever the case of the name", async () => {
    const connection = await as({ username: "snowmelt" });
    expect(await query(connection, "ROWS 1")).toHaveLength(1);
  });

  it("takes host, port and protocol instead of an access url", async () => {
    const { host, port, protocol } = server.facts;
    await as({ accessUrl: undefined, host, port, protocol } as never);
  });

  it("refuses a wrong password, an unknown user and another account", async () => {
    const refusal = { code: "390100", message: "Incorrect username or password was specified." };
    await expect(as({ password: "wrong" })).rejects.toMatchObject(refusal);
    await expect(as({ username: "nobody" })).rejects.toMatchObject(refusal);
    await expect(as({ username: "KEYED" })).rejects.toMatchObject(refusal);
    await expect(as({ account: "ELSEWHERE" })).rejects.toMatchObject({ code: "390201" });
  });

  it("takes either key of a key pair user", async () => {
    await byKey(first.privateKey);
    await byKey(second.privateKey);
  });

  it("refuses an unknown key, and a known key for another user", async () => {
    await expect(byKey(stranger.privateKey)).rejects.toMatchObject({ code: "390144" });
    await expect(byKey(first.privateKey, "PATTED")).rejects.toMatchObject({ code: "390144" });
  });

  it("takes an OAuth token, refuses an unknown and an expired one", async () => {
    await as({ authenticator: "OAUTH", token: "oauth-good", username: "TOKENED" });
    await expect(as({ authenticator: "OAUTH", token: "no" })).rejects.toMatchObject({ code: "390303" });
    const old = as({ authenticator: "OAUTH", token: "oauth-old", username: "TOKENED" });
    await expect(old).rejects.toMatchObject({ code: "390318" });
  });

  it("takes a programmatic access token, refuses another user's", async () => {
    await as({ authenticator: "PROGRAMMATIC_ACCESS_TOKEN", token: "pat-good", username: "PATTED" });
    const wrong = as({ authenticator: "PROGRAMMATIC_ACCESS_TOKEN", token: "pat-good", username: "TOKENED" });
    await expect(wrong).rejects.toMatchObject({ code: "394400" });
  });

  it("refuses a login when a fault says so", async () => {
    await server.admin.setFaults([{ kind: "loginRefused", code: "390422", message: "IP is not allowed." }]);
    await expect(as({})).rejects.toMatchObject({ code: "390422" });
    await as({});
  });

  describe("by AWS workload identity", () => {
    beforeAll(() => {
      vi.stubEnv("SNOWFLAKE_WIF_ALLOWED_HOST_SUFFIXES", "127.0.0.1");
      vi.stubEnv("AWS_REGION", "eu-central-1");
    });
    afterAll(() => void vi.unstubAllEnvs());

    const byWorkload = (accessKeyId: string, secretAccessKey: string, sessionToken = "") => {
      vi.stubEnv("AWS_ACCESS_KEY_ID", accessKeyId);
      vi.stubEnv("AWS_SECRET_ACCESS_KEY", secretAccessKey);
      vi.stubEnv("AWS_SESSION_TOKEN", sessionToken);
      return as({ authenticator: "WORKLOAD_IDENTITY", workloadIdentityProvider: "AWS", username: undefined } as never);
    };
    const { accessKeyId, secretAccessKey, sessionToken } = ROLE_SESSION;

    it("takes a signed identity of a role session as its role's user", async () => {
      const connection = await byWorkload(accessKeyId, secretAccessKey, sessionToken);
      expect(await query(connection, "ROWS 1")).toHaveLength(1);
    });

    it("refuses a wrong secret, a wrong session token, an unknown key and an unlinked identity", async () => {
      const signature = byWorkload(accessKeyId, "wrong", sessionToken);
      await expect(signature).rejects.toThrow("the signature does not match");
      await expect(byWorkload(accessKeyId, secretAccessKey, "wrong")).rejects.toThrow("the session token is another");
      await expect(byWorkload("AKIAUNKNOWN", "x")).rejects.toThrow("the access key is unknown");
      await expect(byWorkload("AKIAOTHER", "x")).rejects.toThrow("No user is linked");
    });

    it("refuses an identity that was signed long ago", async () => {
      await server.admin.advanceClock(20 * 60_000);
      await expect(byWorkload(accessKeyId, secretAccessKey, sessionToken)).rejects.toThrow("signed too long ago");
    });
  });
});
