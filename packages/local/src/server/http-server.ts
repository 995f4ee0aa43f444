import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { isLoopback } from "@snowmelt/core/network";
import { z } from "zod";
import { ADMIN_PREFIX, serveAdmin } from "./admin-route.ts";
import { authorize, strikeSession } from "./authorize.ts";
import type { RequestKind } from "./faults.ts";
import { loginRoute } from "./login-route.ts";
import { queryRoutes } from "./query-routes.ts";
import { readBody } from "./read-body.ts";
import type { Call, Route } from "./route.ts";
import { sendJson } from "./send-json.ts";
import { serveChunk } from "./serve-chunk.ts";
import type { ServerContext } from "./server-context.ts";
import { sessionRoutes } from "./session-routes.ts";
import { type Envelope, toRefusal } from "./wire-envelope.ts";

const ROUTES: readonly Route[] = [loginRoute, ...sessionRoutes, ...queryRoutes];

/** Longer than the drivers keep idle connections, so that it is they who close them. */
const KEEP_ALIVE_MS = 65_000;

/** The http side of the server: requests in, envelopes out. It does not listen yet. */
export function createHttpServer(context: ServerContext): Server {
  const server = createServer((request, response) => {
    respond(request, response, context).catch((error: unknown) => breakOff(request, response, error));
  });
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.requestTimeout = 0;
  return server;
}

async function respond(request: IncomingMessage, response: ServerResponse, context: ServerContext): Promise<void> {
  const host = request.headers.host ?? "";
  const origin = `http://${host}`;
  // A web page that rebinds its name to 127.0.0.1 must not reach the data.
  if (!URL.canParse(origin) || !isLoopback(new URL(origin).hostname)) {
    await sendJson(request, response, { status: 403, body: { message: "Only this machine may ask." } });
    return;
  }
  const url = new URL(request.url ?? "/", origin);
  if (url.pathname.startsWith(ADMIN_PREFIX)) return serveAdmin(request, response, { url, context });
  if (request.method === "GET" && url.pathname.startsWith("/results/")) {
    context.stats.countRequest("chunk", 0);
    return serveChunk(request, response, { url, context });
  }
  return serveRoute(request, response, { url, origin, context });
}

async function serveRoute(
  request: IncomingMessage,
  response: ServerResponse,
  { url, origin, context }: { url: URL; origin: string; context: ServerContext },
): Promise<void> {
  const { json: body, bytes } = await readBody(request);
  const route = ROUTES.find(({ method, path }) => method === request.method && path.test(url.pathname));
  context.stats.countRequest(route?.kind ?? "other", bytes);
  if (route === undefined) {
    await sendJson(request, response, { status: 404, body: toRefusal("404", `There is no ${url.pathname} here.`) });
    return;
  }
  const queryId = route.path.exec(url.pathname)?.[1];
  const call: Call = { context, url, queryId, body, origin };
  const occasion = { on: route.kind, queryTag: findQueryTag(call) };
  if (await strikeRequest(request, response, { occasion, context })) return;
  const envelope = await answer(route, call, request.headers.authorization);
  if (context.faults.strike(["replyLost"], occasion) !== undefined) {
    request.socket.resetAndDestroy();
    return;
  }
  context.stats.countSent(await sendJson(request, response, { status: 200, body: envelope }));
}

async function answer(route: Route, call: Call, header: string | undefined): Promise<Envelope> {
  if (route.token === "none") return route.answer(call);
  const authorization = authorize(header, route.token, call.context);
  if (authorization.status === "refused") return authorization.reply;
  if (route.token === "master") return route.answer(call, authorization.session);
  await strikeSession(authorization.session, findQueryTag(call), call.context);
  const again = authorize(header, route.token, call.context);
  return again.status === "refused" ? again.reply : route.answer(call, again.session);
}

/** Faults of the request itself; true when one has answered for it. */
async function strikeRequest(
  request: IncomingMessage,
  response: ServerResponse,
  { occasion, context }: { occasion: { on: RequestKind; queryTag: string | undefined }; context: ServerContext },
): Promise<boolean> {
  const slow = context.faults.strike(["requestSlow"], occasion);
  if (slow !== undefined) await sleep(slow.latencyMs);
  const fault = context.faults.strike(["requestStatus", "requestReset"], occasion);
  if (fault === undefined) return false;
  if (fault.kind === "requestReset") request.socket.resetAndDestroy();
  else await sendJson(request, response, { status: fault.status, body: { message: "A fault on demand." } });
  return true;
}

const TaggedBody = z.object({ parameters: z.object({ QUERY_TAG: z.string() }) });

/** The tag of the query that a request is about. */
function findQueryTag({ context, queryId, body }: Call): string | undefined {
  if (queryId !== undefined) return context.queries.find(queryId)?.state.queryTag;
  return TaggedBody.safeParse(body).data?.parameters.QUERY_TAG;
}

/** A request that could not be answered: malformed, or our own fault. Not a 5xx, which drivers repeat for hours. */
async function breakOff(request: IncomingMessage, response: ServerResponse, error: unknown): Promise<void> {
  if (response.headersSent || request.socket.destroyed) {
    request.socket.destroy();
    return;
  }
  const malformed = error instanceof z.ZodError || error instanceof SyntaxError || error instanceof RangeError;
  if (!malformed) console.error("snowmelt local: a request failed:", error);
  const message = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
  const body = malformed ? toRefusal("390400", message) : toRefusal("370001", `Internal error: ${message}`);
  await sendJson(request, response, { status: malformed ? 400 : 200, body });
}
