import { describe, expect, it } from "vitest";
import { judgeAwsAttestation } from "./auth-aws.ts";

/** A request without its secret known: everything but the signature is judged. */
const NOW_MS = Date.UTC(2026, 0, 1, 12, 0, 0);
const HOST = "sts.eu-central-1.amazonaws.com";
const request = {
  url: `https://${HOST}/?Action=GetCallerIdentity&Version=2011-06-15`,
  method: "POST",
  headers: {
    host: HOST,
    "x-amz-date": "20260101T120000Z",
    "x-snowflake-audience": "snowflakecomputing.com",
    authorization:
      "AWS4-HMAC-SHA256 Credential=AKIA1/20260101/eu-central-1/sts/aws4_request, SignedHeaders=host;x-amz-date;x-snowflake-audience, Signature=00ff",
  },
};
const identities = [{ accessKeyId: "AKIA1", arn: "arn:aws:sts::123456789012:assumed-role/loader/session" }];
const judge = (token: object, nowMs = NOW_MS) =>
  judgeAwsAttestation(Buffer.from(JSON.stringify(token)).toString("base64"), identities, nowMs);
const withHeader = (name: string, value: string) => ({ ...request, headers: { ...request.headers, [name]: value } });

describe("a workload identity", () => {
  it("is the role that its session belongs to", () => {
    expect(judge(request)).toEqual({ status: "known", arn: "arn:aws:iam::123456789012:role/loader" });
  });

  it.each([
    ["not an STS endpoint", { ...request, url: "https://sts.evil.example/?Action=GetCallerIdentity" }],
    ["not an STS endpoint", { ...request, url: request.url.replace("https", "http") }],
    ["not POST GetCallerIdentity", { ...request, url: request.url.replace("GetCallerIdentity", "AssumeRole") }],
    ["not POST GetCallerIdentity", { ...request, method: "GET" }],
    ["not the url's host", withHeader("host", "sts.us-east-1.amazonaws.com")],
    ["x-snowflake-audience is not", withHeader("x-snowflake-audience", "elsewhere.com")],
    ["missing or not a date", withHeader("x-amz-date", "today")],
    ["not AWS4-HMAC-SHA256", withHeader("authorization", "Bearer x")],
    [
      "the credential scope is another",
      withHeader("authorization", request.headers.authorization.replace("/sts/", "/s3/")),
    ],
    [
      "x-snowflake-audience is not signed",
      withHeader("authorization", request.headers.authorization.replace(";x-snowflake-audience", "")),
    ],
    ["the access key is unknown", withHeader("authorization", request.headers.authorization.replace("AKIA1", "AKIA2"))],
    ["not the base64 of", { url: "x" }],
  ])("is refused: %s", (reason, token) => {
    expect(judge(token)).toMatchObject({ status: "refused", reason: expect.stringContaining(reason) });
  });

  it("is refused a quarter of an hour after it was signed", () => {
    expect(judge(request, NOW_MS + 14 * 60_000).status).toBe("known");
    expect(judge(request, NOW_MS + 16 * 60_000)).toMatchObject({ reason: "the request was signed too long ago" });
  });
});
