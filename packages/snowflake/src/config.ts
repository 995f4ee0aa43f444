import { SecretRef } from "@snowmelt/core/ports";
import { z } from "zod";

const name = z.string().min(1).max(255);

/** How to prove who we are. Secrets are references; the values are fetched at each login. */
export const SnowflakeAuth = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("password"), password: SecretRef }),
  z.strictObject({
    kind: z.literal("keyPair"),
    /** PEM, PKCS#8 or PKCS#1. */
    privateKey: SecretRef,
    passphrase: SecretRef.optional(),
  }),
  z.strictObject({ kind: z.literal("oauth"), token: SecretRef }),
  /** A programmatic access token. */
  z.strictObject({ kind: z.literal("pat"), token: SecretRef }),
  z.strictObject({
    kind: z.literal("workloadIdentity"),
    provider: z.literal("AWS").default("AWS"),
    /** Roles to assume one after the other before signing. @default none */
    impersonate: z.array(z.string().startsWith("arn:")).readonly().default([]),
    /** Signs by STS GetWebIdentityToken instead of GetCallerIdentity; the user needs an ISSUER. @default false */
    outboundToken: z.boolean().default(false),
  }),
]);
export type SnowflakeAuth = z.infer<typeof SnowflakeAuth>;

/** Where Snowflake is, as whom to log in, and what a session starts with. A typo fails. */
export const SnowflakeConfig = z.strictObject({
  /** Account identifier, such as `myorg-myaccount`. */
  account: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, "expected an account identifier such as myorg-myaccount"),
  /** @default `<account>.snowflakecomputing.com` */
  host: z
    .string()
    .regex(/^[A-Za-z0-9._:[\]-]+$/, "expected a host name without scheme, port or path")
    .optional(),
  port: z.int().min(1).max(65_535).optional(),
  /** `http` is refused for any host but this machine. @default "https" */
  protocol: z.enum(["https", "http"]).default("https"),
  /** Not needed for workload identity and OAuth. */
  username: name.optional(),
  auth: SnowflakeAuth,
  role: name.optional(),
  warehouse: name.optional(),
  database: name.optional(),
  schema: name.optional(),
  /** Session parameters sent with every statement, upper-case names. TIMEZONE is UTC unless named here. */
  sessionParameters: z
    .record(
      z.string().regex(/^[A-Z][A-Z0-9_]*$/, "expected an upper-case parameter name"),
      z.union([z.string(), z.number(), z.boolean()]),
    )
    .default({}),
  /** QUERY_TAG of statements that bring none. */
  queryTag: z.string().max(2000).optional(),
  /** Milliseconds without a byte after which one http request is given up. @default 60_000 */
  requestTimeoutMs: z.int().min(1).default(60_000),
  /** Logins tried in all. @default 4 */
  loginAttempts: z.int().min(1).default(4),
});
export type SnowflakeConfig = z.infer<typeof SnowflakeConfig>;
export type SnowflakeConfigInput = z.input<typeof SnowflakeConfig>;
