import { createHmac, timingSafeEqual } from "node:crypto";
import { alertError } from "./alert-error.ts";

/** What is signed, by Standard Webhooks: the three joined by dots. */
export interface WebhookContent {
  readonly id: string;
  readonly timestampSeconds: number;
  readonly body: string;
}

export type WebhookHeaders = Readonly<Record<"webhook-id" | "webhook-timestamp" | "webhook-signature", string>>;

/**
 * Headers of a webhook, with a signature by each of the secrets: while one takes the place of another, a receiver that knows either
 * accepts. Throws WEBHOOK_SECRET_INVALID, without what came.
 */
export function signWebhook(content: WebhookContent, secrets: readonly string[]): WebhookHeaders {
  return {
    "webhook-id": content.id,
    "webhook-timestamp": String(content.timestampSeconds),
    "webhook-signature": secrets.map((secret) => `v1,${signature(content, secret).toString("base64")}`).join(" "),
  };
}

export type WebhookVerdict =
  | { readonly kind: "genuine"; readonly id: string; readonly timestampSeconds: number }
  | { readonly kind: "refused"; readonly reason: string };

export interface WebhookCheck {
  /** As they came; names in any case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** As it came, before it is parsed. */
  readonly body: string;
  readonly secrets: readonly string[];
  readonly nowMs: number;
  /** @default 300000 */
  readonly toleranceMs?: number;
}

/**
 * Whether a webhook comes from one who knows one of the secrets, and is of now. Compares in constant time. Who takes it has to know its
 * id's repeats. Throws WEBHOOK_SECRET_INVALID.
 */
export function verifyWebhook({ headers, body, secrets, nowMs, toleranceMs = 300_000 }: WebhookCheck): WebhookVerdict {
  const byName = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  const id = byName.get("webhook-id");
  const timestamp = byName.get("webhook-timestamp");
  const signatures = byName.get("webhook-signature");
  if (!id || !timestamp || !signatures) {
    return refused("expected the headers webhook-id, webhook-timestamp and webhook-signature");
  }
  if (!/^\d{1,12}$/.test(timestamp)) return refused("webhook-timestamp has to be whole seconds since 1970");
  const timestampSeconds = Number(timestamp);
  if (Math.abs(nowMs - timestampSeconds * 1000) > toleranceMs) {
    return refused(`webhook-timestamp is more than ${Math.round(toleranceMs / 1000)} s away from now`);
  }
  const expected = secrets.map((secret) => signature({ id, timestampSeconds, body }, secret));
  const given = signatures
    .split(" ")
    .flatMap((each) => (each.startsWith("v1,") ? [Buffer.from(each.slice(3), "base64")] : []));
  const isGenuine = expected.some((one) =>
    given.some((other) => one.length === other.length && timingSafeEqual(one, other)),
  );
  return isGenuine
    ? { kind: "genuine", id, timestampSeconds }
    : refused("no signature is by a secret that is known here");
}

function signature({ id, timestampSeconds, body }: WebhookContent, secret: string): Buffer {
  return createHmac("sha256", secretBytes(secret)).update(`${id}.${timestampSeconds}.${body}`).digest();
}

function secretBytes(secret: string): Buffer {
  const text = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(secret.trim())?.[1];
  const bytes = Buffer.from(text ?? "", "base64");
  if (bytes.length >= 24 && bytes.length <= 64) return bytes;
  throw alertError(
    "WEBHOOK_SECRET_INVALID",
    "Expected a webhook's secret as whsec_ and the base64 of 24 to 64 random bytes. What came is not shown. Make one by: echo whsec_$(openssl rand -base64 32)",
  );
}

const refused = (reason: string): WebhookVerdict => ({ kind: "refused", reason });
