import { randomUUID } from "node:crypto";
import { z } from "zod";
import { judgeAwsAttestation } from "./auth-aws.ts";
import { isWebToken, judgeAwsToken } from "./auth-aws-token.ts";
import { findJwtFault } from "./auth-jwt.ts";
import type { LocalServerConfig, LocalUser } from "./config.ts";
import { equalInConstantTime } from "./tokens.ts";

/** The part of a login request that says who asks. */
export const Credentials = z.object({
  ACCOUNT_NAME: z.string().optional(),
  LOGIN_NAME: z.string().nullish(),
  AUTHENTICATOR: z.string().default("SNOWFLAKE"),
  PASSWORD: z.string().nullish(),
  TOKEN: z.string().nullish(),
  PROVIDER: z.string().nullish(),
});
export type Credentials = z.infer<typeof Credentials>;

export type AuthVerdict =
  | { readonly status: "known"; readonly user: LocalUser }
  | { readonly status: "refused"; readonly code: string; readonly message: string };

/** Who a login request comes from. Says no more than Snowflake does about why it is refused. */
export function authenticate(credentials: Credentials, config: LocalServerConfig, nowMs: number): AuthVerdict {
  const authenticator = credentials.AUTHENTICATOR.toUpperCase();
  const named = findUser(config.users, credentials.LOGIN_NAME);
  const token = credentials.TOKEN ?? "";
  if (credentials.ACCOUNT_NAME !== undefined && credentials.ACCOUNT_NAME.toUpperCase() !== config.account.toUpperCase())
    return refused("390201", `The requested account ${credentials.ACCOUNT_NAME} is not served here.`);

  switch (authenticator) {
    case "SNOWFLAKE":
      return named?.password !== undefined && equalInConstantTime(credentials.PASSWORD ?? "", named.password)
        ? known(named)
        : refused("390100", "Incorrect username or password was specified.");
    case "SNOWFLAKE_JWT": {
      const fault = named === undefined ? "unknown user" : findJwtFault(token, named, config.account, nowMs);
      return named !== undefined && fault === undefined
        ? known(named)
        : refused("390144", `JWT token is invalid. [${randomUUID()}]`);
    }
    case "OAUTH":
      return judgeToken(token, config.users, named, {
        tokensOf: (user) => user.oauthTokens,
        nowMs,
        invalid: ["390303", "Invalid OAuth access token."],
        expired: ["390318", "OAuth access token expired."],
      });
    case "PROGRAMMATIC_ACCESS_TOKEN":
      return judgeToken(token, config.users, named, {
        tokensOf: (user) => user.programmaticAccessTokens,
        nowMs,
        invalid: ["394400", "Programmatic access token is invalid."],
        expired: ["394400", "Programmatic access token is invalid."],
      });
    case "WORKLOAD_IDENTITY":
      return judgeWorkload(credentials, config, nowMs);
    default:
      return refused("390190", `The authenticator ${credentials.AUTHENTICATOR} is not supported here.`);
  }
}

interface TokenRules {
  readonly tokensOf: (user: LocalUser) => LocalUser["oauthTokens"];
  readonly nowMs: number;
  readonly invalid: readonly [code: string, message: string];
  readonly expired: readonly [code: string, message: string];
}

/** A bearer token names its user; a login name beside it must be the same one. */
function judgeToken(
  token: string,
  users: readonly LocalUser[],
  named: LocalUser | undefined,
  rules: TokenRules,
): AuthVerdict {
  const candidates = named === undefined ? users : [named];
  for (const user of candidates) {
    const match = rules.tokensOf(user).find((known) => equalInConstantTime(known.token, token));
    if (match === undefined) continue;
    return (match.expiresAtMs ?? Number.POSITIVE_INFINITY) > rules.nowMs ? known(user) : refused(...rules.expired);
  }
  return refused(...rules.invalid);
}

function judgeWorkload(credentials: Credentials, config: LocalServerConfig, nowMs: number): AuthVerdict {
  if (credentials.PROVIDER !== "AWS")
    return refused("394701", `Workload identity provider ${credentials.PROVIDER ?? "(none)"} is not supported here.`);
  const token = credentials.TOKEN ?? "";
  const accepted = isWebToken(token) ? judgeOutbound(token, config, nowMs) : judgeSigned(token, config, nowMs);
  if (typeof accepted === "string") return refused("394702", `The workload identity was not accepted: ${accepted}.`);
  const user = config.users.find(accepted);
  return user === undefined ? refused("394703", "No user is linked to this workload identity.") : known(user);
}

type Linked = (user: LocalUser) => boolean;

/** Whose the identity is, or why it is nobody's. */
function judgeSigned(token: string, { awsIdentities }: LocalServerConfig, nowMs: number): Linked | string {
  const verdict = judgeAwsAttestation(token, awsIdentities, nowMs);
  if (verdict.status === "refused") return verdict.reason;
  return ({ awsArns }) => awsArns.some((arn) => verdict.arns.includes(arn));
}

function judgeOutbound(token: string, { awsTokenIssuers }: LocalServerConfig, nowMs: number): Linked | string {
  const verdict = judgeAwsToken(token, awsTokenIssuers, nowMs);
  if (verdict.status === "refused") return verdict.reason;
  return ({ awsArns, awsIssuer }) => awsIssuer === verdict.issuer && awsArns.includes(verdict.arn);
}

function findUser(users: readonly LocalUser[], name: string | null | undefined): LocalUser | undefined {
  return users.find((user) => user.name.toUpperCase() === name?.toUpperCase());
}

function known(user: LocalUser): AuthVerdict {
  return { status: "known", user };
}

function refused(code: string, message: string): AuthVerdict {
  return { status: "refused", code, message };
}
