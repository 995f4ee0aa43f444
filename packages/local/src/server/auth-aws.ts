import { createHash, createHmac } from "node:crypto";
import { z } from "zod";
import type { AwsIdentity } from "./config.ts";
import { equalInConstantTime } from "./tokens.ts";

/** What a client attests: a GetCallerIdentity request it signed but did not send. */
const Attestation = z.object({
  url: z.url(),
  method: z.string(),
  headers: z.record(z.string(), z.string()),
});

const MAX_AGE_MS = 15 * 60_000;
const MAX_SKEW_MS = 5 * 60_000;
const AUDIENCE = "snowflakecomputing.com";
const EMPTY_SHA256 = createHash("sha256").update("").digest("hex");

export type AwsVerdict =
  /** The session of a role, or the user, that signed; and the role that the session is of. */
  | { readonly status: "known"; readonly arns: readonly string[] }
  | { readonly status: "refused"; readonly reason: string };

/**
 * Checks a workload identity token as STS would, without asking it: host, query, audience, age, that every header that says
 * something is signed, and the signature itself, computed again with the secret of the access key.
 */
export function judgeAwsAttestation(token: string, identities: readonly AwsIdentity[], nowMs: number): AwsVerdict {
  const refused = (reason: string): AwsVerdict => ({ status: "refused", reason });
  const request = parseAttestation(token);
  if (request === undefined) return refused("the token is not the base64 of {url, method, headers}");
  const { url, method, headers } = request;

  const region = /^sts\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?$/.exec(url.host)?.[1];
  if (url.protocol !== "https:" || region === undefined) return refused("the url is not an STS endpoint");
  if (method !== "POST" || url.pathname !== "/" || !asksForIdentity(url))
    return refused("the request is not POST GetCallerIdentity");
  if (headers.get("host") !== url.host) return refused("the host header is not the url's host");
  if (headers.get("x-snowflake-audience") !== AUDIENCE) return refused(`x-snowflake-audience is not ${AUDIENCE}`);

  const date = headers.get("x-amz-date") ?? "";
  const dateMs = Date.parse(date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z"));
  if (Number.isNaN(dateMs)) return refused("x-amz-date is missing or not a date");
  if (nowMs - dateMs > MAX_AGE_MS) return refused("the request was signed too long ago");
  if (dateMs - nowMs > MAX_SKEW_MS) return refused("the request was signed in the future");

  const authorization = parseAuthorization(headers.get("authorization") ?? "");
  if (authorization === undefined) return refused("authorization is not AWS4-HMAC-SHA256");
  const { accessKeyId, scope, signedHeaders, signature } = authorization;
  if (scope !== `${date.slice(0, 8)}/${region}/sts/aws4_request`) return refused("the credential scope is another");
  const unsigned = [...headers.keys()].find((name) => /^(host$|x-)/.test(name) && !signedHeaders.includes(name));
  if (unsigned !== undefined) return refused(`${unsigned} is not signed`);

  const identity = identities.find((known) => known.accessKeyId === accessKeyId);
  if (identity === undefined) return refused("the access key is unknown");
  if (headers.get("x-amz-security-token") !== identity.sessionToken) return refused("the session token is another");
  const expected = signRequest({ url, method, headers }, { date, scope, signedHeaders }, identity.secretAccessKey);
  if (!equalInConstantTime(expected, signature)) return refused("the signature does not match");
  return { status: "known", arns: [identity.arn, toPrincipalArn(identity.arn)] };
}

const QUERY = "Action=GetCallerIdentity&Version=2011-06-15";
const asksForIdentity = ({ searchParams }: URL): boolean => {
  const query = new URLSearchParams(searchParams);
  query.sort();
  return query.toString() === QUERY;
};

interface SignedRequest {
  readonly url: URL;
  readonly method: string;
  readonly headers: ReadonlyMap<string, string>;
}

function parseAttestation(token: string): SignedRequest | undefined {
  try {
    const { url, method, headers } = Attestation.parse(JSON.parse(Buffer.from(token, "base64").toString()));
    const lowered = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const);
    const byName = new Map(lowered);
    return byName.size === lowered.length ? { url: new URL(url), method, headers: byName } : undefined;
  } catch {
    return undefined;
  }
}

interface Authorization {
  readonly accessKeyId: string;
  readonly scope: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
}

function parseAuthorization(header: string): Authorization | undefined {
  const parts = /^AWS4-HMAC-SHA256 Credential=([^/]+)\/([^,]+), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]+)$/.exec(
    header,
  );
  if (parts === null) return undefined;
  const [, accessKeyId = "", scope = "", names = "", signature = ""] = parts;
  return { accessKeyId, scope, signedHeaders: names.split(";"), signature };
}

/** AWS Signature Version 4 of a request without a body. */
function signRequest(
  { url, method, headers }: SignedRequest,
  { date, scope, signedHeaders }: { date: string; scope: string; signedHeaders: readonly string[] },
  secretAccessKey: string,
): string {
  const query = [...url.searchParams]
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .sort()
    .join("&");
  const canonicalHeaders = signedHeaders.map((name) => `${name}:${(headers.get(name) ?? "").trim()}\n`).join("");
  const payloadHash = headers.get("x-amz-content-sha256") ?? EMPTY_SHA256;
  const canonical = [method, url.pathname, query, canonicalHeaders, signedHeaders.join(";"), payloadHash].join("\n");
  const hash = createHash("sha256").update(canonical).digest("hex");
  const key = scope
    .split("/")
    .reduce<string | Buffer>(
      (secret, part) => createHmac("sha256", secret).update(part).digest(),
      `AWS4${secretAccessKey}`,
    );
  return createHmac("sha256", key).update(`AWS4-HMAC-SHA256\n${date}\n${scope}\n${hash}`).digest("hex");
}

/** A user is granted to a role, not to one of the role's sessions. */
function toPrincipalArn(arn: string): string {
  return arn.replace(/^(arn:[\w-]+):sts::(\d+):assumed-role\/([^/]+)\/.*$/, "$1:iam::$2:role/$3");
}
