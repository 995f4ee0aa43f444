import type { Route } from "./route.ts";
import { toSuccess } from "./wire-envelope.ts";

/** Renewal, heartbeat, close and telemetry. */
export const sessionRoutes: readonly Route[] = [
  {
    kind: "renew",
    method: "POST",
    path: /^\/session\/token-request$/,
    token: "master",
    async answer({ context }, session) {
      const { sessionTokenSeconds, masterTokenSeconds } = context.config.lifetimes;
      session.endsAtMs = context.clock.nowMs() + masterTokenSeconds * 1000;
      await context.sessions.save(session);
      return toSuccess({
        sessionToken: context.signer.mint("session", session.id, sessionTokenSeconds),
        validityInSecondsST: sessionTokenSeconds,
        masterToken: context.signer.mint("master", session.id, masterTokenSeconds),
        validityInSecondsMT: masterTokenSeconds,
        sessionId: Number(session.id),
      });
    },
  },
  {
    kind: "heartbeat",
    method: "POST",
    path: /^\/session\/heartbeat$/,
    token: "session",
    answer: async () => toSuccess(null),
  },
  {
    // Closing a session ends what still runs in it; a client that wants its query to go on does not close.
    kind: "closeSession",
    method: "POST",
    path: /^\/session$/,
    token: "session",
    async answer({ context, url }, session) {
      if (url.searchParams.get("delete") === "true") {
        context.queries.abortSession(session.id);
        await context.sessions.remove(session.id);
        await context.engine.endSession(session.id);
      }
      return toSuccess(null);
    },
  },
  {
    kind: "telemetry",
    method: "POST",
    path: /^\/telemetry\/send$/,
    token: "session",
    answer: async () => toSuccess("Log Received"),
  },
];
