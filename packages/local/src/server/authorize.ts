import type { ServerContext } from "./server-context.ts";
import type { Session } from "./sessions.ts";
import type { TokenKind } from "./tokens.ts";
import { type Envelope, toRefusal } from "./wire-envelope.ts";

export type Authorization =
  | { readonly status: "allowed"; readonly session: Session }
  | { readonly status: "refused"; readonly reply: Envelope };

const REFUSALS = {
  invalid: toRefusal("390104", "Session token is invalid. The user must authenticate again."),
  gone: toRefusal("390111", "Session no longer exists. New login required to access the service."),
  session: toRefusal("390112", "Authentication token has expired. The user must authenticate again."),
  master: toRefusal("390114", "Authentication token has expired. The user must authenticate again."),
};

/** The session that a request's `Authorization: Snowflake Token="…"` opens, or what the client is told instead. */
export function authorize(header: string | undefined, kind: TokenKind, context: ServerContext): Authorization {
  const refused = (reply: Envelope): Authorization => ({ status: "refused", reply });
  const token = /^Snowflake Token="([^"]+)"$/.exec(header ?? "")?.[1];
  const claims = token === undefined ? undefined : context.signer.read(token);
  if (claims?.kind !== kind) return refused(REFUSALS.invalid);
  if (claims.expiresAtMs <= context.clock.nowMs()) return refused(REFUSALS[kind]);
  const session = context.sessions.find(claims.sessionId);
  if (session === undefined) return refused(REFUSALS.gone);
  const endedMs = kind === "session" ? session.sessionTokensEndedMs : session.masterTokensEndedMs;
  return claims.issuedAtMs <= endedMs ? refused(REFUSALS[kind]) : { status: "allowed", session };
}

/** Ends tokens or sessions before their time when a fault says so. */
export async function strikeSession(
  session: Session,
  queryTag: string | undefined,
  context: ServerContext,
): Promise<void> {
  const fault = context.faults.strike(["sessionExpired", "masterExpired", "sessionGone"], { queryTag });
  if (fault === undefined) return;
  if (fault.kind === "sessionGone") return context.sessions.remove(session.id);
  session.sessionTokensEndedMs = context.clock.nowMs();
  if (fault.kind === "masterExpired") session.masterTokensEndedMs = context.clock.nowMs();
  await context.sessions.save(session);
}
