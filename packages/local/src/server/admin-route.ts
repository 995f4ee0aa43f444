import type { IncomingMessage, ServerResponse } from "node:http";
import { z } from "zod";
import { Fault } from "./faults.ts";
import { readBody } from "./read-body.ts";
import { type JsonReply, sendJson } from "./send-json.ts";
import type { ServerContext } from "./server-context.ts";
import { equalInConstantTime } from "./tokens.ts";

const Faults = z.array(Fault);
const ClockShift = z.strictObject({ advanceMs: z.number() });

export const ADMIN_PREFIX = "/__admin/";

/** Steering from outside, for whoever holds the admin token: faults, counts, the clock. */
export async function serveAdmin(
  request: IncomingMessage,
  response: ServerResponse,
  { url, context }: { url: URL; context: ServerContext },
): Promise<void> {
  const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? "")?.[1] ?? "";
  const reply = equalInConstantTime(token, context.adminToken)
    ? await answer(`${request.method} ${url.pathname.slice(ADMIN_PREFIX.length)}`, request, context)
    : { status: 401, body: { message: "The admin token is missing or another." } };
  await sendJson(request, response, reply);
}

async function answer(what: string, request: IncomingMessage, context: ServerContext): Promise<JsonReply> {
  const { faults, clock, stats } = context;
  switch (what) {
    case "GET faults":
      return { status: 200, body: faults.list() };
    case "POST faults":
      return parsed(Faults, request, (added) => ({ ids: faults.add(added) }));
    case "DELETE faults":
      faults.clear();
      return { status: 200, body: {} };
    case "GET stats":
      return { status: 200, body: stats.read() };
    case "POST clock":
      return parsed(ClockShift, request, ({ advanceMs }) => {
        clock.advance(advanceMs);
        return { nowMs: clock.nowMs() };
      });
    default:
      return { status: 404, body: { message: `There is no admin request ${what}.` } };
  }
}

async function parsed<T extends z.ZodType>(
  schema: T,
  request: IncomingMessage,
  act: (value: z.infer<T>) => unknown,
): Promise<JsonReply> {
  const result = schema.safeParse((await readBody(request)).json);
  return result.success
    ? { status: 200, body: act(result.data) }
    : { status: 400, body: { message: z.prettifyError(result.error) } };
}
