import { SnowflakeConnection } from "@snowmelt/core/definition";
import { z } from "zod";

const { user: username, ...place } = SnowflakeConnection.shape;

/**
 * Where Snowflake is, as whom to log in, and what a session starts with: a definition's connection, and what only a session
 * needs. A typo fails. Secrets are references; the values are fetched at each login.
 */
export const SnowflakeConfig = z.strictObject({
  ...place,
  /** Not needed for workload identity and OAuth. */
  username,
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
