import { verify } from "node:crypto";
import { z } from "zod";
import type { AwsTokenIssuer } from "./config.ts";

const Header = z.object({ alg: z.string() });
const Claims = z.object({
  iss: z.string(),
  sub: z.string(),
  aud: z.union([z.string(), z.array(z.string())]),
  iat: z.number(),
  exp: z.number(),
});

const AUDIENCE = "snowflakecomputing.com";
const MAX_SKEW_MS = 60_000;

export type AwsTokenVerdict =
  | { readonly status: "known"; readonly arn: string; readonly issuer: string }
  | { readonly status: "refused"; readonly reason: string };

/** Whether this is a token of STS GetWebIdentityToken, and no signed request. */
export const isWebToken = (token: string): boolean => /^[\w-]+\.[\w-]+\.[\w-]+$/.test(token);

/** Checks a token that STS issues for outside of AWS: ES384 by a known issuer's key, for Snowflake, not yet expired. */
export function judgeAwsToken(token: string, issuers: readonly AwsTokenIssuer[], nowMs: number): AwsTokenVerdict {
  const refused = (reason: string): AwsTokenVerdict => ({ status: "refused", reason });
  const [header = "", payload = "", signature = ""] = token.split(".");
  const claims = parsePart(payload, Claims);
  if (claims === undefined) return refused("the token is no JSON web token of STS");
  if (parsePart(header, Header)?.alg !== "ES384") return refused("the token's algorithm is not ES384");
  const issuer = issuers.find((known) => known.issuer === claims.iss);
  if (issuer === undefined) return refused("the token's issuer is unknown");
  const key = { key: issuer.publicKey, dsaEncoding: "ieee-p1363" } as const;
  if (!verify("sha384", Buffer.from(`${header}.${payload}`), key, Buffer.from(signature, "base64url")))
    return refused("the token's signature does not match");
  if (![claims.aud].flat().includes(AUDIENCE)) return refused(`the token's audience is not ${AUDIENCE}`);
  if (claims.exp * 1000 <= nowMs) return refused("the token has expired");
  if (claims.iat * 1000 > nowMs + MAX_SKEW_MS) return refused("the token was issued in the future");
  return { status: "known", arn: claims.sub, issuer: claims.iss };
}

function parsePart<T extends z.ZodType>(part: string, schema: T): z.infer<T> | undefined {
  try {
    return schema.safeParse(JSON.parse(Buffer.from(part, "base64url").toString())).data;
  } catch {
    return undefined;
  }
}
