import { generateKeyPairSync, sign } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { connect, query } from "./driver.ts";
import { type MemoryServer, startMemoryServer } from "./server-with-memory.ts";

const keysOf = () =>
  generateKeyPairSync("ec", {
    namedCurve: "P-384",
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
const account = keysOf();
const stranger = keysOf();
const issuer = "https://0123.tokens.sts.global.api.aws";
const role = "arn:aws:iam::123456789012:role/loader";

/** What STS would issue to the role now, but for the changes. */
function issue(changes: object = {}, { privateKey } = account, alg = "ES384"): string {
  const now = Math.floor(Date.now() / 1000);
  const claims = { iss: issuer, sub: role, aud: "snowflakecomputing.com", iat: now, exp: now + 300, ...changes };
  const text = [{ alg, typ: "JWT" }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
    .join(".");
  return `${text}.${sign("sha384", Buffer.from(text), { key: privateKey, dsaEncoding: "ieee-p1363" }).toString("base64url")}`;
}

describe("an outbound token of STS", () => {
  let server: MemoryServer;
  let sts: Server;
  let token = "";
  const asked: string[] = [];
  beforeAll(async () => {
    server = await startMemoryServer({ awsTokenIssuers: [{ issuer, publicKey: account.publicKey }] });
    await sql(
      `CREATE USER loader TYPE = SERVICE WORKLOAD_IDENTITY = (TYPE = AWS ARN = '${role}' ISSUER = '${issuer}')`,
    );
    sts = createServer(async (request, response) => {
      let body = "";
      for await (const chunk of request) body += chunk;
      asked.push(body);
      response.setHeader("content-type", "text/xml");
      response.end(
        `<GetWebIdentityTokenResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetWebIdentityTokenResult><WebIdentityToken>${token}</WebIdentityToken></GetWebIdentityTokenResult></GetWebIdentityTokenResponse>`,
      );
    });
    await new Promise<void>((resolve) => sts.listen(0, "127.0.0.1", resolve));
  });
  afterAll(async () => {
    sts.closeAllConnections();
    sts.close();
    await server[Symbol.asyncDispose]();
  });
  beforeEach(() => {
    vi.stubEnv("SNOWFLAKE_WIF_ALLOWED_HOST_SUFFIXES", "127.0.0.1");
    vi.stubEnv("AWS_ENDPOINT_URL_STS", `http://127.0.0.1:${(sts.address() as AddressInfo).port}`);
    vi.stubEnv("AWS_REGION", "eu-central-1");
    vi.stubEnv("AWS_ACCESS_KEY_ID", "ASIAROLE");
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", "secret");
    vi.stubEnv("AWS_SESSION_TOKEN", "token");
  });
  afterEach(() => void vi.unstubAllEnvs());

  const sql = async (text: string) => query(await connect(server.facts), text);
  const logIn = (issued: string) => {
    token = issued;
    const options = {
      authenticator: "WORKLOAD_IDENTITY",
      workloadIdentityProvider: "AWS",
      workloadIdentityAwsUseOutboundToken: true,
      username: undefined,
    };
    return connect(server.facts, options as never);
  };

  it("logs in the user that its role and issuer are linked to", async () => {
    expect(await query(await logIn(issue()), "ROWS 1")).toHaveLength(1);
    expect(asked.at(-1)).toContain("Action=GetWebIdentityToken");
    expect(asked.at(-1)).toContain("snowflakecomputing.com");
  });

  it.each([
    ["signature does not match", issue({}, stranger)],
    ["issuer is unknown", issue({ iss: "https://4567.tokens.sts.global.api.aws" })],
    ["audience is not", issue({ aud: "elsewhere.com" })],
    ["has expired", issue({ exp: 1 })],
    ["issued in the future", issue({ iat: 9_999_999_999 })],
    ["algorithm is not ES384", issue({}, account, "none")],
    ["no JSON web token of STS", "e30.e30.c2ln"],
    ["No user is linked", issue({ sub: "arn:aws:iam::999999999999:role/loader" })],
  ])("is refused: %s", async (reason, issued) => {
    await expect(logIn(issued)).rejects.toThrow(reason);
  });

  it("is refused when the user names no issuer, or another", async () => {
    for (const link of ["", " ISSUER = 'https://4567.tokens.sts.global.api.aws'"]) {
      await sql(`ALTER USER loader SET WORKLOAD_IDENTITY = (TYPE = AWS ARN = '${role}'${link})`);
      await expect(logIn(issue())).rejects.toThrow("No user is linked");
    }
  });
});
