import { slackMessage } from "@snowmelt/core/alerts";
import type { SecretRef } from "@snowmelt/core/ports";
import type { AlertChannel } from "../alert-channel.ts";
import { deliverByPost, type HttpPorts } from "../http/deliver-by-post.ts";

/** An incoming webhook of Slack. */
export function openSlackChannel({ url }: { readonly url: SecretRef }, ports: HttpPorts): AlertChannel {
  return {
    isGathered: true,
    deliver: (message, options) => {
      const body = JSON.stringify(slackMessage(message));
      return deliverByPost({ refs: { url }, plan: (secrets) => ({ url: secrets("url"), body }), ...options }, ports);
    },
  };
}
