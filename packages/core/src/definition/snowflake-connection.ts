import { z } from "zod";
import { isLoopback } from "../network/index.ts";
import { SecretRef } from "../ports/index.ts";
import { strict } from "./strict.ts";

const name = z.string().min(1, { error: "expected a name" });
const Reference = z.strictObject(SecretRef.shape, {
  error:
    'expected secret("scheme:name"), such as secret("env:SNOWFLAKE_PASSWORD"); a secret itself never stands in a definition',
});

export const SnowflakeAuth = z.discriminatedUnion(
  "kind",
  [
    strict({ kind: z.literal("password"), password: Reference }),
    strict({ kind: z.literal("keyPair"), privateKey: Reference, passphrase: Reference.exactOptional() }),
    strict({ kind: z.literal("oauth"), token: Reference }),
    strict({ kind: z.literal("pat"), token: Reference }),
    strict({
      kind: z.literal("workloadIdentity"),
      provider: z.literal("AWS").default("AWS"),
      /** Roles to assume one after the other before signing. */
      impersonate: z
        .array(z.string().startsWith("arn:", { error: "expected the ARN of a role" }))
        .readonly()
        .default([]),
      /** Signs by STS GetWebIdentityToken instead of GetCallerIdentity; the user needs an ISSUER. */
      outboundToken: z.boolean().default(false),
    }),
  ],
  { error: "expected password(), keyPair(), oauth(), pat() or workloadIdentity()" },
);
export type SnowflakeAuth = z.output<typeof SnowflakeAuth>;

/** Where a Snowflake account is and as whom it is used. Plain http only reaches this machine. */
export const SnowflakeConnection = strict({
  /** `<organization>-<account>`, or the older locator. */
  account: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, {
    error: "expected an account identifier such as myorg-myaccount",
  }),
  /** Default: `<account>.snowflakecomputing.com`. */
  host: z
    .string()
    .regex(/^[A-Za-z0-9._:[\]-]+$/, { error: "expected a host name without scheme, port or path" })
    .exactOptional(),
  port: z.int().min(1).max(65_535).exactOptional(),
  protocol: z.enum(["https", "http"]).default("https"),
  /** Not needed with oauth() and workloadIdentity(). */
  user: name.exactOptional(),
  auth: SnowflakeAuth,
  role: name.exactOptional(),
  warehouse: name.exactOptional(),
  database: name.exactOptional(),
  schema: name.exactOptional(),
})
  .refine(({ protocol, host }) => protocol === "https" || isLoopback(host ?? ""), {
    error: "plain http is refused outside loopback; use https, or a host of this machine such as 127.0.0.1",
    path: ["protocol"],
  })
  .refine(({ auth, user }) => user !== undefined || auth.kind === "oauth" || auth.kind === "workloadIdentity", {
    error: "expected a user: password(), keyPair() and pat() log in as one",
    path: ["user"],
  });
export type SnowflakeConnection = z.output<typeof SnowflakeConnection>;

/** Logs in by a password, which is fetched at run time and stands in no definition. */
export const password = (reference: SecretRef) => ({ kind: "password", password: reference }) as const;

/** A private key in PEM (PKCS#8), with a passphrase if it is encrypted. */
export const keyPair = (privateKey: SecretRef, passphrase?: SecretRef) =>
  ({ kind: "keyPair", privateKey, ...(passphrase ? { passphrase } : {}) }) as const;

/** Logs in by an OAuth access token, which is fetched at run time; renewing it is its issuer's matter. */
export const oauth = (token: SecretRef) => ({ kind: "oauth", token }) as const;

/** A programmatic access token. */
export const pat = (token: SecretRef) => ({ kind: "pat", token }) as const;

/** The identity of the AWS role that runs the pipeline; no secret at all. */
export const workloadIdentity = (
  options: { readonly impersonate?: readonly string[]; readonly outboundToken?: boolean } = {},
) => ({ kind: "workloadIdentity", ...options }) as const;
