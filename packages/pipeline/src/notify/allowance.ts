import { z } from "zod";

/** Messages that may be sent at once; fills up again with time. */
export const Allowance = z.strictObject({ messages: z.number(), atMs: z.int() });
export type Allowance = z.infer<typeof Allowance>;

/** Messages in a length of time. */
export interface RateLimit {
  readonly messages: number;
  readonly perMs: number;
}

/** With what time has brought; whole where nothing was taken of it. Never back in time. Pure. */
export function refilled(allowance: Allowance | undefined, limit: RateLimit, nowMs: number): Allowance {
  if (!allowance) return { messages: limit.messages, atMs: nowMs };
  const passedMs = Math.max(0, nowMs - allowance.atMs);
  const messages = allowance.messages + (passedMs * limit.messages) / limit.perMs;
  return { messages: Math.min(limit.messages, messages), atMs: Math.max(nowMs, allowance.atMs) };
}

/** Until there is one message more. Pure. */
export const untilNextMs = ({ messages }: Pick<Allowance, "messages">, limit: RateLimit): number =>
  Math.ceil(((1 - messages) * limit.perMs) / limit.messages);
