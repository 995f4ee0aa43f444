import { createHash, createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { judgeAwsAttestation } from "./auth-aws.ts";

const NOW_MS = Date.UTC(2026, 0, 1, 12, 0, 0);
const HOST = "sts.eu-central-1.amazonaws.com";
const role = {
  accessKeyId: "ASIA1",
  secretAccessKey: "secret-of-the-role",
  sessionToken: "token-of-the-role",
  arn: "arn:aws:sts::123456789012:assumed-role/loader/session",
};
const user = { accessKeyId: "AKIA2", secretAccessKey: "other", arn: "arn:aws:iam::123456789012:user/ci" };

interface Attested {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
}

const unsigned: Attested = {
  url: `https://${HOST}/?Action=GetCallerIdentity&Version=2011-06-15`,
  method: "POST",
  headers: {
    host: HOST,
    "x-amz-date": "20260101T120000Z",
    "x-amz-security-token": role.sessionToken,
    "x-snowflake-audience": "snowflakecomputing.com",
  },
};
const withHeader = (request: Attested, name: string, value: string): Attested => ({
  ...request,
  headers: { ...request.headers, [name]: value },
});

/** Signature Version 4 in its own words, for whatever the request says. */
function sign(
  request: Attested,
  { accessKeyId, secretAccessKey } = role as { accessKeyId: string; secretAccessKey: string },
) {
  const url = new URL(request.url);
  const names = Object.keys(request.headers).sort();
  const date = request.headers["x-amz-date"] ?? "";
  const scope = `${date.slice(0, 8)}/${url.hostname.split(".")[1]}/sts/aws4_request`;
  const lines = names.map((name) => `${name}:${request.headers[name]}\n`).join("");
  const hash = (text: string) => createHash("sha256").update(text).digest("hex");
  const hmac = (key: string | Buffer, text: string) => createHmac("sha256", key).update(text).digest();
  const canonical = `${request.method}\n${url.pathname}\n${url.search.slice(1)}\n${lines}\n${names.join(";")}\n${hash("")}`;
  const key = scope.split("/").reduce<string | Buffer>(hmac, `AWS4${secretAccessKey}`);
  const signature = hmac(key, `AWS4-HMAC-SHA256\n${date}\n${scope}\n${hash(canonical)}`).toString("hex");
  const authorization = `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${names.join(";")}, Signature=${signature}`;
  return withHeader(request, "authorization", authorization);
}

const signed = sign(unsigned);
const authorization = signed.headers.authorization ?? "";
const judge = (token: object, nowMs = NOW_MS) =>
  judgeAwsAttestation(Buffer.from(JSON.stringify(token)).toString("base64"), [role, user], nowMs);

describe("a workload identity", () => {
  it("is the session of a role and the role itself", () => {
    expect(judge(signed)).toEqual({ status: "known", arns: [role.arn, "arn:aws:iam::123456789012:role/loader"] });
  });

  it("is a user of IAM, who signs without a session token", () => {
    const { "x-amz-security-token": _, ...headers } = unsigned.headers;
    expect(judge(sign({ ...unsigned, headers }, user))).toMatchObject({ arns: [user.arn, user.arn] });
  });

  const signedWith = (name: string, value: string) => sign(withHeader(unsigned, name, value));
  const stolen = { ...unsigned, headers: { ...unsigned.headers, "x-amz-security-token": "another" } };
  it.each<[string, object]>([
    ["not an STS endpoint", sign({ ...unsigned, url: "https://sts.evil.example/?Action=GetCallerIdentity" })],
    ["not an STS endpoint", sign({ ...unsigned, url: unsigned.url.replace("https", "http") })],
    ["not an STS endpoint", sign({ ...unsigned, url: unsigned.url.replace(".com/", ".com:8443/") })],
    ["not POST GetCallerIdentity", sign({ ...unsigned, url: unsigned.url.replace("GetCallerIdentity", "AssumeRole") })],
    ["not POST GetCallerIdentity", sign({ ...unsigned, url: `${unsigned.url}&Action=AssumeRole` })],
    ["not POST GetCallerIdentity", sign({ ...unsigned, url: unsigned.url.replace("/?", "/x?") })],
    ["not POST GetCallerIdentity", sign({ ...unsigned, method: "GET" })],
    ["not the url's host", signedWith("host", "sts.us-east-1.amazonaws.com")],
    ["x-snowflake-audience is not", signedWith("x-snowflake-audience", "elsewhere.com")],
    ["missing or not a date", signedWith("x-amz-date", "today")],
    ["not AWS4-HMAC-SHA256", withHeader(unsigned, "authorization", "Bearer x")],
    ["the credential scope is another", withHeader(signed, "authorization", authorization.replace("/sts/", "/s3/"))],
    [
      "the credential scope is another",
      withHeader(signed, "authorization", authorization.replace("eu-central-1", "us-east-1")),
    ],
    [
      "x-snowflake-audience is not signed",
      withHeader(signed, "authorization", authorization.replace(";x-snowflake-audience", "")),
    ],
    ["x-amz-added is not signed", withHeader(signed, "x-amz-added", "later")],
    ["the access key is unknown", sign(unsigned, { ...role, accessKeyId: "AKIA3" })],
    ["the session token is another", sign(stolen)],
    ["the session token is another", sign(unsigned, user)],
    ["the signature does not match", sign(unsigned, { ...role, secretAccessKey: "guessed" })],
    ["the signature does not match", withHeader(signed, "x-amz-date", "20260101T120001Z")],
    ["the signature does not match", sign(unsigned, { ...user, accessKeyId: role.accessKeyId })],
    ["not the base64 of", { url: "x" }],
    ["not the base64 of", { ...signed, headers: { ...signed.headers, Host: HOST } }],
  ])("is refused: %s", (reason, token) => {
    expect(judge(token)).toMatchObject({ status: "refused", reason: expect.stringContaining(reason) });
  });

  it("is refused a quarter of an hour after it was signed, and five minutes before", () => {
    expect(judge(signed, NOW_MS + 14 * 60_000).status).toBe("known");
    expect(judge(signed, NOW_MS + 16 * 60_000)).toMatchObject({ reason: "the request was signed too long ago" });
    expect(judge(signed, NOW_MS - 4 * 60_000).status).toBe("known");
    expect(judge(signed, NOW_MS - 6 * 60_000)).toMatchObject({ reason: "the request was signed in the future" });
  });
});
