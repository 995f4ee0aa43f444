import { signWebhook, webhookMessage } from "@snowmelt/core/alerts";
import { type SecretRef, systemClock } from "@snowmelt/core/ports";
import type { AlertChannel } from "../alert-channel.ts";
import { deliverByPost, type HttpPorts } from "../http/deliver-by-post.ts";

export interface WebhookOptions {
  readonly url: SecretRef;
  /** Each signs every message. */
  readonly signingKeys: readonly SecretRef[];
}

/** Any receiver of signed messages, by Standard Webhooks. Signed anew for each try, as a signature ages. */
export function openWebhookChannel({ url, signingKeys }: WebhookOptions, ports: HttpPorts): AlertChannel {
  const { clock = systemClock } = ports;
  const keys = Object.fromEntries(signingKeys.map((key, index) => [`key${index}`, key]));
  return {
    isGathered: false,
    deliver: (message, options) => {
      const { id, body } = webhookMessage(message);
      return deliverByPost(
        {
          refs: { url, ...keys },
          plan: (secrets) => {
            const content = { id, body, timestampSeconds: Math.floor(clock.nowMs() / 1000) };
            const headers = signWebhook(
              content,
              Object.keys(keys).map((name) => secrets(name).reveal()),
            );
            return { url: secrets("url"), body, headers };
          },
          ...options,
        },
        ports,
      );
    },
  };
}
