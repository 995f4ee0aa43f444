import { createHash, createPublicKey, generateKeyPairSync } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { connect, query } from "./driver.ts";
import { type MemoryServer, startMemoryServer } from "./server-with-memory.ts";

const pair = (modulusLength = 2048) =>
  generateKeyPairSync("rsa", {
    modulusLength,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
const first = pair();
const second = pair();
const body = (pem: string) => pem.replace(/-----[^-]+-----|\s/g, "");
const fingerprint = (pem: string) => {
  const der = createPublicKey(pem).export({ type: "spki", format: "der" });
  return `SHA256:${createHash("sha256").update(der).digest("base64")}`;
};

const role = {
  accessKeyId: "ASIAEXAMPLE",
  secretAccessKey: "secret-of-the-role",
  sessionToken: "token-of-the-role",
  arn: "arn:aws:sts::123456789012:assumed-role/loader/i-0abc",
};

describe("users by SQL", () => {
  let server: MemoryServer;
  beforeAll(async () => {
    server = await startMemoryServer({ users: [{ name: "GIVEN", password: "given" }], awsIdentities: [role] });
  });
  afterAll(() => server[Symbol.asyncDispose]());
  afterEach(() => void vi.unstubAllEnvs());

  const sql = async (text: string) => query(await connect(server.facts), text);
  const byKey = ({ privateKey }: { privateKey: string }, username = "SVC") =>
    connect(server.facts, { authenticator: "SNOWFLAKE_JWT", username, privateKey });
  const byRole = () => {
    vi.stubEnv("SNOWFLAKE_WIF_ALLOWED_HOST_SUFFIXES", "127.0.0.1");
    vi.stubEnv("AWS_REGION", "eu-central-1");
    vi.stubEnv("AWS_ACCESS_KEY_ID", role.accessKeyId);
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", role.secretAccessKey);
    vi.stubEnv("AWS_SESSION_TOKEN", role.sessionToken);
    const options = { authenticator: "WORKLOAD_IDENTITY", workloadIdentityProvider: "AWS", username: undefined };
    return connect(server.facts, options as never);
  };
  const keysOf = async (name: string) => {
    const rows = await sql(`DESC USER ${name}`);
    return Object.fromEntries(rows.filter(([property]) => /_FP$/.test(String(property))).map((row) => row.slice(0, 2)));
  };

  it("have two keys that are set, shown and taken away one by one", async () => {
    await sql("CREATE USER svc TYPE = SERVICE DEFAULT_ROLE = LOADER COMMENT = 'of a pipeline'");
    expect(await keysOf("svc")).toEqual({ RSA_PUBLIC_KEY_FP: "null", RSA_PUBLIC_KEY_2_FP: "null" });
    await expect(byKey(first)).rejects.toMatchObject({ code: "390144" });

    await sql(`ALTER USER svc SET RSA_PUBLIC_KEY_2 = '${body(second.publicKey)}'`);
    await byKey(second);
    await expect(byKey(first)).rejects.toMatchObject({ code: "390144" });
    await sql(`alter user if exists "SVC" set rsa_public_key = '${body(first.publicKey)}'`);
    await Promise.all([byKey(first), byKey(second)]);
    expect(await keysOf("svc")).toEqual({
      RSA_PUBLIC_KEY_FP: fingerprint(first.publicKey),
      RSA_PUBLIC_KEY_2_FP: fingerprint(second.publicKey),
    });

    await sql("ALTER USER svc UNSET RSA_PUBLIC_KEY");
    await byKey(second);
    await expect(byKey(first)).rejects.toMatchObject({ code: "390144" });
  });

  it("log in by the role that they are linked to, and no longer when they are not", async () => {
    await expect(byRole()).rejects.toThrow("No user is linked");
    await sql(
      "CREATE USER wif TYPE = SERVICE WORKLOAD_IDENTITY = (TYPE = AWS ARN = 'arn:aws:iam::123456789012:role/loader')",
    );
    await byRole();
    await sql("ALTER USER wif SET WORKLOAD_IDENTITY = (TYPE = AWS, ARN = 'arn:aws:iam::123456789012:role/other')");
    await expect(byRole()).rejects.toThrow("No user is linked");
    await sql(`ALTER USER wif SET WORKLOAD_IDENTITY = (TYPE = AWS ARN = '${role.arn}')`);
    await byRole();
    await sql("ALTER USER wif UNSET WORKLOAD_IDENTITY");
    await expect(byRole()).rejects.toThrow("No user is linked");
  });

  it("are made once, unless they are to be replaced, and dropped once", async () => {
    await sql("CREATE USER once PASSWORD = 'first'");
    const asOnce = (password: string) => connect(server.facts, { username: "ONCE", password });
    await expect(sql("CREATE USER once")).rejects.toThrow("already exists");
    await sql("CREATE USER IF NOT EXISTS once PASSWORD = 'second'");
    await asOnce("first");
    await sql("CREATE OR REPLACE USER once PASSWORD = 'third'");
    await expect(asOnce("first")).rejects.toMatchObject({ code: "390100" });
    await sql("DROP USER once");
    await expect(asOnce("third")).rejects.toMatchObject({ code: "390100" });
    await expect(sql("DROP USER once")).rejects.toThrow("does not exist or not authorized");
    await sql("DROP USER IF EXISTS once");
  });

  it.each([
    ["ALTER USER nobody SET RSA_PUBLIC_KEY = 'x'", "does not exist or not authorized"],
    ["DESCRIBE USER nobody", "does not exist or not authorized"],
    ["ALTER USER given SET RSA_PUBLIC_KEY = 'bm8ga2V5'", "Invalid public key"],
    [`ALTER USER given SET RSA_PUBLIC_KEY = '${body(pair(1024).publicKey)}'`, "at least 2048 bits"],
    ["ALTER USER given SET WORKLOAD_IDENTITY = (TYPE = AZURE)", "Unsupported feature"],
    ["ALTER USER given SET WORKLOAD_IDENTITY = (TYPE = AWS ARN = 'loader')", "expected (TYPE = AWS ARN"],
    ["ALTER USER given SET COLOUR = 'red'", "invalid property 'COLOUR'"],
    ["ALTER USER given UNSET COLOUR", "invalid property 'COLOUR'"],
    ["ALTER USER given RENAME TO taken", "Unsupported feature"],
    ["ALTER USER given SET", "syntax error"],
  ])("are refused: %s", async (text, reason) => {
    await expect(sql(text)).rejects.toThrow(reason);
  });

  it("are refused an identity that another one has", async () => {
    const link = "WORKLOAD_IDENTITY = (TYPE = AWS ARN = 'arn:aws:iam::123456789012:role/shared')";
    await sql(`CREATE USER one ${link}`);
    await sql(`ALTER USER one SET ${link}`);
    await expect(sql(`CREATE USER two ${link}`)).rejects.toThrow("linked to another user");
  });

  it("outlive a restart as SQL left them", async () => {
    await sql(`CREATE USER lasting RSA_PUBLIC_KEY = '${body(first.publicKey)}'`);
    await sql("ALTER USER given SET PASSWORD = 'changed'");
    server = await server.restart();
    await byKey(first, "LASTING");
    await connect(server.facts, { username: "GIVEN", password: "changed" });
    await expect(connect(server.facts, { username: "GIVEN", password: "given" })).rejects.toThrow();
  });
});
