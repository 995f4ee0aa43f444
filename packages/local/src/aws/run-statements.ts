import { randomUUID } from "node:crypto";
import { z } from "zod";
import type { ConnectionFacts } from "../server/connection-facts.ts";
import { awsError } from "./aws-error.ts";

export type SnowflakeLogin = Pick<ConnectionFacts, "host" | "port" | "protocol" | "account" | "user" | "password">;

const Reply = z.object({ success: z.boolean(), message: z.string().nullish(), data: z.unknown() });
const Token = z.object({ token: z.string() });

/**
 * Runs statements one after the other in a session of its own, as the drivers do it: they are no dependency of this package.
 * For those that answer at once. @throws AWS_LAKE_REFUSED with what the server said
 */
export async function runStatements(login: SnowflakeLogin, statements: readonly string[]): Promise<void> {
  if (statements.length === 0) return;
  const { host, port, protocol, account, user, password } = login;
  const origin = `${protocol}://${host}:${port}`;
  const data = { ACCOUNT_NAME: account, LOGIN_NAME: user, PASSWORD: password };
  const { token } = Token.parse(await send(`${origin}/session/v1/login-request`, { data }, "log in"));
  const authorization = `Snowflake Token="${token}"`;
  for (const sqlText of statements)
    await send(`${origin}/queries/v1/query-request?requestId=${randomUUID()}`, { sqlText }, sqlText, authorization);
  await send(`${origin}/session?delete=true`, {}, "log out", authorization);
}

async function send(url: string, body: object, what: string, authorization?: string): Promise<unknown> {
  const response = await fetch(url, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "application/snowflake",
      ...(authorization === undefined ? {} : { authorization }),
    },
    body: JSON.stringify(body),
  });
  const reply = Reply.safeParse(await response.json());
  if (response.ok && reply.success && reply.data.success) return reply.data.data;
  const said = reply.success ? reply.data.message : `HTTP ${response.status}`;
  throw awsError("AWS_LAKE_REFUSED", `The local Snowflake did not do this: ${what}. It said: ${said ?? "nothing"}.`);
}
