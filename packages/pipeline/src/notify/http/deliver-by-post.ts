import { oneLine } from "@snowmelt/core/alerts";
import { isSnowmeltError } from "@snowmelt/core/errors";
import {
  type Clock,
  type Random,
  type Secret,
  type SecretRef,
  type Secrets,
  systemClock,
  systemRandom,
} from "@snowmelt/core/ports";
import { RetryPolicy, retry } from "@snowmelt/core/retry";
import type { Delivery } from "../alert-channel.ts";
import { notifyError } from "../notify-error.ts";
import type { Post, PostReply } from "./post.ts";
import { retryAfterMs } from "./retry-after.ts";

export interface HttpPorts {
  readonly secrets: Secrets;
  readonly post: Post;
  /** @default this machine's */
  readonly clock?: Clock;
  readonly random?: Random;
  /** Of one request. @default 10000 */
  readonly timeoutMs?: number;
  /** @default 3 tries, with 0.5 s and 1 s between them at most */
  readonly policy?: RetryPolicy;
  /** A channel that asks for more time is left to whoever sends it again. @default 5000 */
  readonly maxRetryAfterMs?: number;
}

export interface Posting {
  readonly refs: { readonly [name: string]: SecretRef };
  /** Made anew for each try. `secrets` by the names of `refs`. */
  readonly plan: (secrets: (name: string) => Secret) => { url: Secret; headers?: Record<string, string>; body: string };
  readonly signal?: AbortSignal;
}

/** What follows from a status: 429, 408, 425 and those of the server may pass, every other refusal is for good. */
const isPassing = (status: number): boolean => [408, 425, 429].includes(status) || status >= 500;

/** Sends a message by https with the tries that are worth it. Throws ABORTED alone. */
export async function deliverByPost({ refs, plan, signal }: Posting, ports: HttpPorts): Promise<Delivery> {
  const {
    secrets,
    post,
    clock = systemClock,
    random = systemRandom,
    timeoutMs = 10_000,
    maxRetryAfterMs = 5000,
  } = ports;
  const policy = ports.policy ?? RetryPolicy.parse({ attempts: 3, baseDelayMs: 500, maxDelayMs: 5000 });
  const abortable = signal ? { signal } : {};
  let last: Extract<Delivery, { kind: "unreachable" }> | undefined;
  try {
    return await retry(
      async (attempt) => {
        const known = new Map<string, Secret>();
        for (const [name, ref] of Object.entries(refs)) known.set(name, await secrets.get(ref, abortable));
        const secretOf = (name: string): Secret => {
          const secret = known.get(name);
          if (!secret) throw new RangeError(`expected a secret named ${name} among those asked for`);
          return secret;
        };
        const reply = await post({ ...plan(secretOf), timeoutMs, ...abortable });
        const delivery = judge(reply, [...known.values()], clock.nowMs());
        if (delivery.kind !== "unreachable") return delivery;
        last = delivery;
        const waitMs = delivery.retryAfterMs ?? 0;
        if (waitMs > maxRetryAfterMs) return delivery;
        if (waitMs > 0 && attempt < policy.attempts) await clock.sleep(waitMs, signal);
        throw notifyError("CHANNEL_UNREACHABLE", delivery.reason);
      },
      { what: "deliver a notification", policy, clock, random, ...abortable },
    );
  } catch (error) {
    if (isSnowmeltError(error, "ABORTED")) throw error;
    if (last && (isSnowmeltError(error, "RETRIES_EXHAUSTED") || isSnowmeltError(error, "CHANNEL_UNREACHABLE")))
      return last;
    return secretFailure(error);
  }
}

function judge(reply: PostReply, known: readonly Secret[], nowMs: number): Delivery {
  if (reply.kind === "forbidden") return { kind: "refused", reason: reply.reason };
  if (reply.kind === "failed") return { kind: "unreachable", reason: reply.reason };
  const { status, body } = reply;
  if (status >= 200 && status < 300) return { kind: "delivered" };
  if (status >= 300 && status < 400)
    return { kind: "refused", reason: `it answered ${status}: redirects are not followed` };
  const said = known.flatMap(shownForms).reduce((text, form) => text.replaceAll(form, "[secret]"), oneLine(body));
  const reason = `it answered ${status}${said === "" ? "" : `: ${said.slice(0, 200).toWellFormed()}`}`;
  if (!isPassing(status)) return { kind: "refused", reason };
  const waitMs = retryAfterMs(reply.retryAfter, nowMs);
  return { kind: "unreachable", reason, ...(waitMs === undefined ? {} : { retryAfterMs: waitMs }) };
}

/** A secret address is one by its path too. */
function shownForms(secret: Secret): string[] {
  const value = secret.reveal();
  const path = URL.parse(value)?.pathname ?? "";
  return path.length >= 8 ? [value, path] : [value];
}

/** What our own errors say has no secret in it; of any other only the kind is told. */
function secretFailure(error: unknown): Delivery {
  if (!isSnowmeltError(error))
    return {
      kind: "refused",
      reason: `the message could not be made: ${error instanceof Error ? error.name : typeof error}`,
    };
  const reason = `${error.code}: ${error.message}`;
  return error.retryable || error.code === "RETRIES_EXHAUSTED"
    ? { kind: "unreachable", reason }
    : { kind: "refused", reason };
}
