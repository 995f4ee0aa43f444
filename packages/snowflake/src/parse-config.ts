import { isLoopback } from "@snowmelt/core/network";
import { z } from "zod";
import { SnowflakeConfig, type SnowflakeConfigInput } from "./config.ts";
import { snowflakeError } from "./snowflake-error.ts";

/** Checks settings once, at the edge. Throws CONFIG_INVALID with each path and what was expected, or INSECURE_TRANSPORT. */
export function parseConfig(input: SnowflakeConfigInput): SnowflakeConfig {
  const parsed = SnowflakeConfig.safeParse(input);
  if (!parsed.success) {
    throw snowflakeError("CONFIG_INVALID", `The Snowflake settings are not valid:\n${z.prettifyError(parsed.error)}`);
  }
  const { username, auth } = parsed.data;
  if (username === undefined && (auth.kind === "password" || auth.kind === "keyPair")) {
    throw snowflakeError("CONFIG_INVALID", `The Snowflake settings lack username, which auth ${auth.kind} needs.`);
  }
  refusePlainHttp(parsed.data);
  return parsed.data;
}

/** The host that is spoken to. */
export const hostOf = (config: Pick<SnowflakeConfig, "account" | "host">): string =>
  config.host ?? `${config.account}.snowflakecomputing.com`;

/** For people: the host, and the port where it is not that of https. */
export const addressOf = (config: Pick<SnowflakeConfig, "account" | "host" | "port">): string =>
  config.port === undefined || config.port === 443 ? hostOf(config) : `${hostOf(config)}:${config.port}`;

function refusePlainHttp(config: SnowflakeConfig): void {
  if (config.protocol === "https" || isLoopback(hostOf(config))) return;
  throw snowflakeError(
    "INSECURE_TRANSPORT",
    `Plain http to ${hostOf(config)} is refused: it would send the login and the data in the clear. ` +
      "Set protocol to https; http is allowed only towards this machine (localhost, 127.0.0.0/8, ::1).",
  );
}
