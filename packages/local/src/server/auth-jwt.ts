import { createHash, createPublicKey, verify } from "node:crypto";
import { z } from "zod";
import type { LocalUser } from "./config.ts";

const Header = z.object({ alg: z.string() });
const Payload = z.object({ iss: z.string(), sub: z.string(), iat: z.number(), exp: z.number() });

const MAX_LIFETIME_MS = 3_600_000;
const CLOCK_SKEW_MS = 60_000;

/**
 * Why a key-pair token is refused, or `undefined` when it is good: RS256 by one of the user's keys, `iss` naming that
 * key's fingerprint, `sub` the user, not expired and not longer lived than an hour.
 */
export function findJwtFault(token: string, user: LocalUser, account: string, nowMs: number): string | undefined {
  const [header = "", payload = "", signature = ""] = token.split(".");
  const head = parsePart(header, Header);
  const claims = parsePart(payload, Payload);
  if (head === undefined || claims === undefined) return "not a JSON web token";
  if (head.alg !== "RS256") return `algorithm is ${head.alg}, not RS256`;

  const subject = `${account}.${user.name}`.toUpperCase();
  if (claims.sub !== subject) return `sub is not ${subject}`;
  const pem = user.publicKeys.find((slot) => slot !== "" && claims.iss === `${subject}.${toFingerprint(slot)}`);
  if (pem === undefined) return "iss names no public key of this user";
  const signed = verify("RSA-SHA256", Buffer.from(`${header}.${payload}`), pem, Buffer.from(signature, "base64url"));
  if (!signed) return "signature does not match";

  const issuedAtMs = toMs(claims.iat);
  const expiresAtMs = toMs(claims.exp);
  if (issuedAtMs > nowMs + CLOCK_SKEW_MS) return "issued in the future";
  if (expiresAtMs <= nowMs) return "expired";
  if (expiresAtMs - issuedAtMs > MAX_LIFETIME_MS) return "lives longer than an hour";
  return undefined;
}

/** How Snowflake names a public key: `SHA256:` and the base64 digest of its DER form. */
export function toFingerprint(pem: string): string {
  const der = createPublicKey(pem).export({ type: "spki", format: "der" });
  return `SHA256:${createHash("sha256").update(der).digest("base64")}`;
}

/** The Node driver writes milliseconds where the standard has seconds. */
function toMs(time: number): number {
  return time > 100_000_000_000 ? time : time * 1000;
}

function parsePart<T extends z.ZodType>(part: string, schema: T): z.infer<T> | undefined {
  try {
    return schema.safeParse(JSON.parse(Buffer.from(part, "base64url").toString())).data;
  } catch {
    return undefined;
  }
}
