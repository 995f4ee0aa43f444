import { z } from "zod";
import type { IncidentEvent } from "../engine/index.ts";
import { verifyWebhook, type WebhookCheck } from "./webhook-signature.ts";

/** What a person, or a system on their behalf, says of an incident. */
export const Acknowledgement = z.strictObject({
  action: z.enum(["acknowledge", "resolve"]),
  dedupKey: z.string().min(1).max(2048),
  by: z.string().trim().min(1).max(200),
});
export type Acknowledgement = z.infer<typeof Acknowledgement>;

/** As an event of the incident that is known by `dedupKey`. Pure. */
export function acknowledgementEvent(
  { action, by }: Acknowledgement,
  { id, atMs }: { readonly id: string; readonly atMs: number },
): IncidentEvent {
  return { id, atMs, by, type: action === "resolve" ? "resolved" : "acknowledged" };
}

export type AcknowledgementOutcome =
  | { readonly kind: "accepted"; readonly dedupKey: string; readonly event: IncidentEvent }
  /** Not from whom it says it is, or not of now. */
  | { readonly kind: "refused"; readonly reason: string }
  /** Genuine, and not to be understood. */
  | { readonly kind: "invalid"; readonly reason: string };

const maxBodyLength = 10_000;

/**
 * An acknowledgement that comes back by a signed webhook: `{ action, dedupKey, by }`. The signature is looked at before anything is
 * parsed. The event's id is the webhook's, so that a repeat is known. Throws WEBHOOK_SECRET_INVALID.
 */
export function readAcknowledgement(check: WebhookCheck): AcknowledgementOutcome {
  if (check.body.length > maxBodyLength)
    return { kind: "refused", reason: `the body is longer than ${maxBodyLength} characters` };
  const verdict = verifyWebhook(check);
  if (verdict.kind === "refused") return verdict;
  const parsed = Acknowledgement.safeParse(jsonOf(check.body));
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => `${path.join(".") || "body"}: ${message}`);
    return {
      kind: "invalid",
      reason: `expected { action: "acknowledge" | "resolve", dedupKey, by }: ${problems.join("; ")}`,
    };
  }
  const event = acknowledgementEvent(parsed.data, { id: `webhook:${verdict.id}`, atMs: check.nowMs });
  return { kind: "accepted", dedupKey: parsed.data.dedupKey, event };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
