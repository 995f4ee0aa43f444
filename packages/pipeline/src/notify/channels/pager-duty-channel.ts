import { pagerDutyEvent } from "@snowmelt/core/alerts";
import { Secret, type SecretRef } from "@snowmelt/core/ports";
import type { AlertChannel } from "../alert-channel.ts";
import { deliverByPost, type HttpPorts } from "../http/deliver-by-post.ts";

export interface PagerDutyOptions {
  readonly routingKey: SecretRef;
  /** Where the account is served. */
  readonly region: "us" | "eu";
  /** Of a stand-in. @default that of the region */
  readonly endpoint?: string;
}

const endpoints = {
  us: "https://events.pagerduty.com/v2/enqueue",
  eu: "https://events.eu.pagerduty.com/v2/enqueue",
} as const;

/** A service of PagerDuty, by Events API v2. Each incident is one there, by its key. */
export function openPagerDutyChannel(
  { routingKey, region, endpoint = endpoints[region] }: PagerDutyOptions,
  ports: HttpPorts,
): AlertChannel {
  const url = new Secret(endpoint);
  return {
    isGathered: false,
    deliver: (message, options) => {
      const plan = (secrets: (name: string) => Secret) => ({
        url,
        body: JSON.stringify(pagerDutyEvent(message, secrets("routingKey").reveal())),
      });
      return deliverByPost({ refs: { routingKey }, plan, ...options }, ports);
    },
  };
}
