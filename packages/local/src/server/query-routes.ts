import { randomUUID } from "node:crypto";
import { z } from "zod";
import { describeStatement } from "./describe-statement.ts";
import type { Query } from "./query-runner.ts";
import { isRunning } from "./query-state.ts";
import type { Call, Route } from "./route.ts";
import type { Session } from "./sessions.ts";
import { type Envelope, toSuccess } from "./wire-envelope.ts";
import { CANCELED, NOT_EXECUTING, toFailureReply, toUnknownStatement } from "./wire-failure.ts";
import { parseParameters } from "./wire-parameters.ts";
import { toMonitoringReply, toProgressReply, toResultReply } from "./wire-result.ts";

const QueryBody = z.object({
  sqlText: z.string(),
  asyncExec: z.boolean().nullish(),
  describeOnly: z.boolean().nullish(),
  bindStage: z.string().nullish(),
  parameters: z.record(z.string(), z.unknown()).nullish(),
  bindings: z
    .record(
      z.string(),
      z.object({ type: z.string(), value: z.union([z.string(), z.null(), z.array(z.string().nullable())]) }),
    )
    .nullish(),
});

const AbortBody = z.object({ requestId: z.string().optional() });

/** Submit, fetch, watch and cancel statements. */
export const queryRoutes: readonly Route[] = [
  { kind: "query", method: "POST", path: /^\/queries\/v1\/query-request$/, token: "session", answer: submit },
  { kind: "result", method: "GET", path: /^\/queries\/([\w-]+)\/result$/, token: "session", answer: fetchResult },
  { kind: "monitoring", method: "GET", path: /^\/monitoring\/queries\/([\w-]+)$/, token: "session", answer: monitor },
  { kind: "abort", method: "POST", path: /^\/queries\/v1\/abort-request$/, token: "session", answer: abort },
  { kind: "abort", method: "POST", path: /^\/queries\/([\w-]+)\/abort-request$/, token: "session", answer: abort },
];

async function submit(call: Call, session: Session): Promise<Envelope> {
  const body = QueryBody.parse(call.body);
  const parameters = parseParameters(body.parameters ?? {});
  const unsupported = findUnsupported(body, parameters);
  if (unsupported !== undefined)
    return toFailureReply(randomUUID(), {
      code: "000002",
      sqlState: "0A000",
      message: `Unsupported feature '${unsupported}'.`,
    });

  const submission = { session, sqlText: body.sqlText, binds: body.bindings ?? {}, parameters };
  if (body.describeOnly === true) return describeStatement(submission, call.context);

  const requestId = call.url.searchParams.get("requestId") ?? randomUUID();
  const query = call.context.queries.submit(requestId, submission);
  if (body.asyncExec !== true) return answerWhenDone(query, call);
  await query.accepted;
  return toProgressReply(query.state.queryId, false);
}

function findUnsupported(body: z.infer<typeof QueryBody>, parameters: ReadonlyMap<string, string>): string | undefined {
  if (body.bindStage !== undefined && body.bindStage !== null) return "binds from a stage";
  const statements = parameters.get("MULTI_STATEMENT_COUNT") ?? "1";
  return statements === "1" ? undefined : "several statements in one request";
}

async function fetchResult(call: Call, session: Session): Promise<Envelope> {
  const query = findOwn(call, session);
  return query === undefined ? toUnknown(call) : answerWhenDone(query, call);
}

async function monitor(call: Call, session: Session): Promise<Envelope> {
  const state = findOwn(call, session)?.state;
  const fault =
    state === undefined ? undefined : call.context.faults.strike(["queryStatus"], { queryTag: state.queryTag });
  return toMonitoringReply(state, fault?.status);
}

async function abort(call: Call, session: Session): Promise<Envelope> {
  const query = findOwn(call, session);
  if (query === undefined) return toUnknown(call);
  if (!isRunning(query.state)) return toFailureReply(query.state.queryId, NOT_EXECUTING);
  query.abort(CANCELED);
  return toSuccess(null);
}

/** The query a request is about, by its id or by the request it came with, if it is this user's. */
function findOwn({ context, queryId, body }: Call, session: Session): Query | undefined {
  const { user } = session.sql;
  const requestId = queryId === undefined ? AbortBody.safeParse(body).data?.requestId : undefined;
  const query =
    requestId === undefined ? context.queries.find(queryId ?? "") : context.queries.findByRequest(user, requestId);
  return query?.state.user === user ? query : undefined;
}

function toUnknown({ queryId = "" }: Call): Envelope {
  return toFailureReply(queryId, toUnknownStatement(queryId));
}

/** The query's answer; when that takes too long for one request, the client is told where to ask again. */
async function answerWhenDone(query: Query, { context, origin }: Call): Promise<Envelope> {
  const { queryId } = query.state;
  if (!(await endsWithin(query, context.config.lifetimes.longPollMs))) return toProgressReply(queryId, true);
  const { failure } = query.state;
  if (failure !== null) return toFailureReply(queryId, failure);
  const manifest = await context.results.read(queryId);
  if (manifest === undefined) return toFailureReply(queryId, toUnknownStatement(queryId));
  const inline = await context.results.readInline(queryId, manifest);
  return toResultReply(query.state, manifest, { inline, origin, urls: context.urls });
}

async function endsWithin(query: Query, waitMs: number): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(resolve, waitMs, false);
  const ended = await Promise.race([query.done.then(() => true), late]);
  clearTimeout(timer);
  return ended;
}
