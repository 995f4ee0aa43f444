import { alertDetail } from "./alert-detail.ts";
import type { AlertMessage } from "./alert-message.ts";
import { isoTime } from "./alert-text.ts";

export interface WebhookMessage {
  /** A receiver knows a repeat by it. */
  readonly id: string;
  readonly body: string;
}

/** Pure. Payload as Standard Webhooks recommends it: `type`, `timestamp`, `data`. */
export function webhookMessage(message: AlertMessage): WebhookMessage {
  const { alert, id } = message;
  const type = `snowmelt.alert.${alert.action}`;
  return { id, body: JSON.stringify({ type, timestamp: isoTime(alert.atMs), data: alertDetail(message) }) };
}
