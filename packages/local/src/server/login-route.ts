import { z } from "zod";
import { authenticate, Credentials } from "./authenticate.ts";
import type { Call, Route } from "./route.ts";
import type { ServerContext } from "./server-context.ts";
import type { Session } from "./sessions.ts";
import { type Envelope, toRefusal, toSuccess } from "./wire-envelope.ts";
import { parseParameters, toWireParameters } from "./wire-parameters.ts";

const LoginBody = z.object({
  data: z.intersection(Credentials, z.object({ SESSION_PARAMETERS: z.record(z.string(), z.unknown()).nullish() })),
});

/** `POST /session/v1/login-request`: who is there, and a new session for them. */
export const loginRoute: Route = {
  kind: "login",
  method: "POST",
  path: /^\/session\/v1\/login-request$/,
  token: "none",
  answer: login,
};

async function login({ context, url, body }: Call): Promise<Envelope> {
  const refusal = context.faults.strike(["loginRefused"], {});
  if (refusal !== undefined) return toRefusal(refusal.code, refusal.message);
  const { data } = LoginBody.parse(body);
  const verdict = authenticate(data, { ...context.config, users: [...context.users.list()] }, context.clock.nowMs());
  if (verdict.status === "refused") return toRefusal(verdict.code, verdict.message);

  const named = (parameter: string) => toIdentifier(url.searchParams.get(parameter));
  const { masterTokenSeconds } = context.config.lifetimes;
  const session = await context.sessions.create(
    {
      user: verdict.user.name.toUpperCase(),
      database: named("databaseName"),
      schema: named("schemaName"),
      warehouse: named("warehouse"),
      role: named("roleName") ?? verdict.user.defaultRole,
      parameters: parseParameters(data.SESSION_PARAMETERS ?? {}),
    },
    context.clock.nowMs() + masterTokenSeconds * 1000,
  );
  return toSuccess(toLoginData(session, context));
}

function toLoginData(session: Session, context: ServerContext) {
  const { signer } = context;
  const { sessionTokenSeconds, masterTokenSeconds } = context.config.lifetimes;
  const { user, database, schema, warehouse, role, parameters } = session.sql;
  return {
    token: signer.mint("session", session.id, sessionTokenSeconds),
    validityInSeconds: sessionTokenSeconds,
    masterToken: signer.mint("master", session.id, masterTokenSeconds),
    masterValidityInSeconds: masterTokenSeconds,
    displayUserName: user,
    serverVersion: "9.0.0",
    firstLogin: false,
    remMeToken: null,
    remMeValidityInSeconds: 0,
    healthCheckInterval: 45,
    sessionId: Number(session.id),
    parameters: toWireParameters(parameters),
    sessionInfo: { databaseName: database, schemaName: schema, warehouseName: warehouse, roleName: role },
    responseData: null,
  };
}

/** A name as Snowflake resolves it: in quotes as it is, else in upper case. */
function toIdentifier(name: string | null): string | null {
  if (name === null || name === "") return null;
  return /^".*"$/s.test(name) ? name.slice(1, -1).replaceAll('""', '"') : name.toUpperCase();
}
