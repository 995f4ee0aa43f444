import { generateKeyPairSync } from "node:crypto";
import { createServer } from "node:net";
import { isSnowmeltError, type SnowmeltError } from "@snowmelt/core/errors";
import { memoryLogger, memorySecrets, secretRef } from "@snowmelt/core/ports";
import type { LocalSnowflake } from "@snowmelt/local";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { openSnowflake, type SnowflakeConfigInput, type SnowflakeSession } from "../src/index.ts";
import { configFor, openSession, runQuery, startSnowflake } from "./local-snowflake.ts";

const keys = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
});
const lockedKeys = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "correct horse battery" },
});
const awsArn = "arn:aws:iam::123456789012:role/loader";
const accessKeyId = "AKIAIOSFODNN7EXAMPLE";
const secretAccessKey = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

let server: LocalSnowflake;
let session: SnowflakeSession;

beforeAll(async () => {
  server = await startSnowflake({
    users: [
      {
        name: "LOADER",
        password: "a-password-never-shown",
        publicKeys: [keys.publicKey, lockedKeys.publicKey],
        oauthTokens: [{ token: "oauth-token-never-shown" }],
        programmaticAccessTokens: [{ token: "pat-token-never-shown" }],
        awsArns: [awsArn],
      },
    ],
    awsIdentities: [{ accessKeyId, secretAccessKey, arn: awsArn }],
  });
  session = await openSession(server);
}, 120_000);

afterEach(() => server.admin.clearFaults());
afterAll(async () => {
  await session?.close();
  await server?.[Symbol.asyncDispose]();
});

const secrets = memorySecrets({
  "env:PASSWORD": "a-password-never-shown",
  "env:KEY": keys.privateKey,
  "env:LOCKED_KEY": lockedKeys.privateKey,
  "env:PASSPHRASE": "correct horse battery",
  "env:OAUTH": "oauth-token-never-shown",
  "env:PAT": "pat-token-never-shown",
  "env:WRONG": "a-wrong-secret-never-shown",
});

async function failure(run: Promise<unknown>): Promise<SnowmeltError> {
  try {
    await run;
  } catch (error) {
    if (isSnowmeltError(error)) return error;
    throw error;
  }
  throw new Error("it did not fail");
}

describe("each way to log in", () => {
  const open = (auth: SnowflakeConfigInput["auth"]) =>
    openSnowflake(configFor(server, { username: "LOADER", auth }), { secrets });
  const currentUser = async (auth: SnowflakeConfigInput["auth"]) => {
    await using opened = await open(auth);
    return (await opened.query("SELECT CURRENT_USER() AS U")).rows;
  };

  const ways: Record<string, SnowflakeConfigInput["auth"]> = {
    password: { kind: "password", password: secretRef("env:PASSWORD") },
    "key pair": { kind: "keyPair", privateKey: secretRef("env:KEY") },
    "key pair with a passphrase": {
      kind: "keyPair",
      privateKey: secretRef("env:LOCKED_KEY"),
      passphrase: secretRef("env:PASSPHRASE"),
    },
    OAuth: { kind: "oauth", token: secretRef("env:OAUTH") },
    "programmatic access token": { kind: "pat", token: secretRef("env:PAT") },
  };
  for (const [name, auth] of Object.entries(ways)) {
    it(`works by ${name}`, async () => {
      expect(await currentUser(auth)).toEqual([["LOADER"]]);
    });
  }

  it("works by the workload's AWS identity", async () => {
    const environment = {
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_REGION: "eu-central-1",
      SNOWFLAKE_WIF_ALLOWED_HOST_SUFFIXES: "127.0.0.1",
    };
    Object.assign(process.env, environment);
    try {
      const config = configFor(server, { auth: { kind: "workloadIdentity" } });
      const { username: _, ...withoutUser } = config;
      await using opened = await openSnowflake(withoutUser, { secrets });
      expect((await opened.query("SELECT CURRENT_USER() AS U")).rows).toEqual([["LOADER"]]);
    } finally {
      for (const name of Object.keys(environment)) delete process.env[name];
    }
  });

  const wrong = secretRef("env:WRONG");
  const refused: Record<string, SnowflakeConfigInput["auth"]> = {
    password: { kind: "password", password: wrong },
    OAuth: { kind: "oauth", token: wrong },
    "programmatic access token": { kind: "pat", token: wrong },
    "key pair with a wrong passphrase": {
      kind: "keyPair",
      privateKey: secretRef("env:LOCKED_KEY"),
      passphrase: wrong,
    },
  };
  for (const [name, auth] of Object.entries(refused)) {
    it(`is refused at once with a wrong secret by ${name}`, async () => {
      const before = (await server.admin.readStats()).requests.login ?? 0;
      const error = await failure(open(auth));
      expect(error).toMatchObject({ code: "CREDENTIALS_REFUSED", category: "credentials", retryable: false });
      expect(error.message).toContain(`Snowflake at ${server.host}:${server.port}`);
      expect(((await server.admin.readStats()).requests.login ?? 0) - before).toBeLessThanOrEqual(1);
    });
  }

  it("names the reference of a secret that is not there", async () => {
    const error = await failure(open({ kind: "pat", token: secretRef("env:NOWHERE") }));
    expect(error).toMatchObject({ code: "SECRET_NOT_FOUND" });
    expect(error.message).toContain("env:NOWHERE");
  });
});

describe("settings", () => {
  const base: SnowflakeConfigInput = {
    account: "myorg-myaccount",
    username: "u",
    auth: { kind: "password", password: secretRef("env:PASSWORD") },
  };

  it("refuse plain http for any host but this machine", async () => {
    for (const host of ["snowflake.example.com", "10.0.0.1", "127.0.0.1.example.com", undefined]) {
      const config = { ...base, protocol: "http" as const, ...(host === undefined ? {} : { host }) };
      const error = await failure(openSnowflake(config, { secrets }));
      expect(error.code).toBe("INSECURE_TRANSPORT");
      expect(error.message).toContain(host ?? "myorg-myaccount.snowflakecomputing.com");
    }
  });

  it("name the path of a typo and what was expected", async () => {
    const error = await failure(openSnowflake({ ...base, warehose: "W" } as SnowflakeConfigInput, { secrets }));
    expect(error.code).toBe("CONFIG_INVALID");
    expect(error.message).toContain("warehose");
    const { username: _, ...nameless } = base;
    expect((await failure(openSnowflake(nameless, { secrets }))).message).toContain("username");
  });
});

describe("a host that does not answer", () => {
  it("fails with CONNECTION_FAILED behind RETRIES_EXHAUSTED when nothing listens", async () => {
    const closed = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => closed.once("listening", resolve));
    const address = closed.address();
    const port = typeof address === "object" && address ? address.port : 0;
    await new Promise((resolve) => closed.close(resolve));
    const error = await failure(openSession(server, { port, loginAttempts: 2 }));
    expect(error.code).toBe("RETRIES_EXHAUSTED");
    expect(error.cause).toMatchObject({ code: "CONNECTION_FAILED", retryable: true });
    expect(error.message).toContain(`log in to Snowflake at 127.0.0.1:${port}`);
    expect(error.message).toContain("ECONNREFUSED");
  });

  it("is tried again after a reset and a 503", async () => {
    const logger = memoryLogger();
    await server.admin.setFaults([
      { kind: "requestStatus", on: "login", status: 503 },
      { kind: "requestReset", on: "login" },
    ]);
    await using opened = await openSession(server, {}, { logger });
    expect((await opened.query("SELECT 1 AS A")).rows).toEqual([["1"]]);
    expect(logger.records.filter(({ message }) => message.includes("login failed"))).toHaveLength(2);
  });
});

describe("statements", () => {
  it("take binds and bring text, NULL as null", async () => {
    const { rows, columns } = await session.query("SELECT ? AS A, ?::VARCHAR AS B, 'NULL' AS C", ["x'y", null]);
    expect(columns.map(({ name }) => name)).toEqual(["A", "B", "C"]);
    expect(rows).toEqual([["x'y", null, "NULL"]]);
  });

  it("fail with Snowflake's code, SQL state, words and query id", async () => {
    const error = await failure(session.query("SELECT * FROM NO_SUCH_TABLE"));
    expect(error.code).toBe("OBJECT_NOT_FOUND");
    expect(error.details).toMatchObject({ code: "002003", kind: "server" });
    expect(error.message).toContain("NO_SUCH_TABLE");
    await server.admin.setFaults([{ kind: "statementFails" }]);
    expect(await failure(session.query("SELECT 1 AS A"))).toMatchObject({ code: "STATEMENT_FAILED", retryable: false });
  });

  it("run in UTC whatever the account says, and with the parameters given", async () => {
    await using opened = await openSession(server, { sessionParameters: { TIMESTAMP_OUTPUT_FORMAT: "YYYY" } });
    const shown = async (settings = {}) => {
      const { columns, rows } = await opened.query("SHOW PARAMETERS LIKE 'TIMEZONE'", [], settings);
      return rows[0]?.[columns.findIndex(({ name }) => name.toLowerCase() === "value")];
    };
    expect(await shown()).toBe("UTC");
    expect(await shown({ parameters: { TIMEZONE: "Asia/Tokyo" } })).toBe("Asia/Tokyo");
  });
});

describe("a submitted query", () => {
  it("asyncExec reports an SQL error, when waited for, with Snowflake's code", async () => {
    const submitted = session.submit("SELECT * FROM NO_SUCH_TABLE", { requestId: crypto.randomUUID() });
    const error = await failure(submitted.then((queryId) => session.awaitQuery(queryId)));
    expect(error).toMatchObject({ code: "OBJECT_NOT_FOUND", details: { code: "002003" } });
  });

  it("runs once, however often the same request id is submitted", async () => {
    const requestId = crypto.randomUUID();
    const sql = "SELECT UUID_STRING() AS U";
    const first = await session.submit(sql, { requestId });
    const second = await session.submit(sql, { requestId });
    expect(second).toBe(first);
    await session.awaitQuery(first);
  });

  it("runs once when the answer to its submission is lost", async () => {
    await server.admin.setFaults([{ kind: "replyLost", on: "query" }]);
    const tag = `lost ${crypto.randomUUID()}`;
    const queryId = await runQuery(session, "SELECT 1 AS A", { queryTag: tag });
    expect((await session.findQueryByTag(tag)).map((found) => found.queryId)).toEqual([queryId]);
  }, 60_000);

  it("is found by its tag, the newest first, by a client that lost the id", async () => {
    const tag = `find ${crypto.randomUUID()} '"--`;
    const first = await runQuery(session, "SELECT 1 AS A", { queryTag: tag });
    const second = await runQuery(session, "SELECT 2 AS A", { queryTag: tag });
    await using other = await openSession(server);
    expect(await other.findQueryByTag(tag)).toEqual([
      { queryId: second, status: "SUCCESS" },
      { queryId: first, status: "SUCCESS" },
    ]);
    expect(await other.findQueryByTag(`${tag} not`)).toEqual([]);
  });

  it("BLOCKED and RESTARTED are not failures", async () => {
    const seen: string[] = [];
    await server.admin.setFaults([
      { kind: "queryStatus", status: "BLOCKED" },
      { kind: "queryStatus", status: "RESTARTED" },
      { kind: "queryStatus", status: "NO_DATA" },
      { kind: "queryStatus", status: "QUEUED_REPARING_WAREHOUSE" },
    ]);
    const queryId = await session.submit("SELECT 1 AS A", { requestId: crypto.randomUUID() });
    await session.awaitQuery(queryId, { onProgress: ({ status }) => seen.push(status) });
    expect(seen).toEqual(["BLOCKED", "RESTARTED", "NO_DATA", "QUEUED_REPARING_WAREHOUSE", "SUCCESS"]);
  });

  it("getQueryStatus after an hour is renewed and retried, though the driver does neither", async () => {
    const queryId = await session.submit("SELECT 1 AS A", { requestId: crypto.randomUUID() });
    await server.admin.setFaults([
      { kind: "sessionExpired" },
      { kind: "requestStatus", on: "monitoring", status: 503, times: 2 },
      { kind: "requestReset", on: "monitoring" },
    ]);
    await session.awaitQuery(queryId);
  });

  it("that has ended is left as it is by a cancel, and says how it ended when it is asked", async () => {
    const queryId = await session.submit("SELECT 1 AS ONE", { requestId: crypto.randomUUID() });
    await session.awaitQuery(queryId);
    await session.cancel(queryId);
    expect(await session.queryPhase(queryId)).toBe("success");
    expect(await session.queryPhase(crypto.randomUUID())).toBe("unknown");
  });

  it("is cancelled on abort", async () => {
    const controller = new AbortController();
    await server.admin.setFaults([{ kind: "statementSlow", latencyMs: 20_000 }]);
    const queryId = await session.submit("SELECT 1 AS A", { requestId: crypto.randomUUID() });
    const waiting = session.awaitQuery(queryId, { signal: controller.signal, onProgress: () => controller.abort() });
    expect(await failure(waiting)).toMatchObject({ code: "ABORTED" });
    expect(await failure(session.awaitQuery(queryId))).toMatchObject({ code: "STATEMENT_CANCELLED" });
  });

  it("that nobody knows is QUERY_NOT_FOUND or RESULT_EXPIRED, never a wait without end", async () => {
    const error = await failure(session.openResult("01b00000-0000-0000-0000-00000000dead"));
    expect(["RESULT_EXPIRED", "QUERY_NOT_FOUND", "STATEMENT_FAILED"]).toContain(error.code);
  });
});
