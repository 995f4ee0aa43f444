import type { Channel } from "@snowmelt/core/definition";
import type { AlertChannel } from "../alert-channel.ts";
import type { HttpPorts } from "../http/deliver-by-post.ts";
import { notifyError } from "../notify-error.ts";
import { type AlertBus, openEventBridgeChannel } from "./event-bridge-channel.ts";
import { openPagerDutyChannel } from "./pager-duty-channel.ts";
import { openSlackChannel } from "./slack-channel.ts";
import { openAmazonQChannel, openSnsChannel, type Topics } from "./topic-channel.ts";
import { openWebhookChannel } from "./webhook-channel.ts";

type CustomChannel = Extract<Channel, { readonly kind: "custom" }>;

export interface ChannelPorts extends HttpPorts {
  readonly topics: Topics;
  readonly alertBus: AlertBus;
  /** Own channels, by the name that `custom()` calls them by. @default none */
  readonly extensions?: Readonly<Record<string, (options: CustomChannel["options"]) => AlertChannel>>;
  /** Of a stand-in for PagerDuty. @default PagerDuty's */
  readonly pagerDutyEndpoint?: string;
}

/** A channel as a definition names it. Sends nothing yet. Throws CHANNEL_UNKNOWN. */
export function openChannel(channel: Channel, ports: ChannelPorts): AlertChannel {
  switch (channel.kind) {
    case "sns":
      return openSnsChannel(channel, ports);
    case "amazonQ":
      return openAmazonQChannel(channel, ports);
    case "eventBridge":
      return openEventBridgeChannel(channel, ports);
    case "slack":
      return openSlackChannel(channel, ports);
    case "webhook":
      return openWebhookChannel(channel, ports);
    case "pagerDuty": {
      const { pagerDutyEndpoint: endpoint } = ports;
      return openPagerDutyChannel({ ...channel, ...(endpoint === undefined ? {} : { endpoint }) }, ports);
    }
    case "custom":
      return openCustomChannel(channel, ports);
    default:
      return channel satisfies never;
  }
}

/** Channels by their names. Throws CHANNEL_UNKNOWN. */
export function openChannels(
  channels: Readonly<Record<string, Channel>>,
  ports: ChannelPorts,
): Readonly<Record<string, AlertChannel>> {
  return Object.fromEntries(Object.entries(channels).map(([name, channel]) => [name, openChannel(channel, ports)]));
}

function openCustomChannel({ name, options }: CustomChannel, { extensions = {} }: ChannelPorts): AlertChannel {
  const open = Object.hasOwn(extensions, name) ? extensions[name] : undefined;
  if (open) return open(options);
  const known = Object.keys(extensions).join(", ") || "none";
  throw notifyError(
    "CHANNEL_UNKNOWN",
    `No code was given for the channel custom("${name}"); there is some for: ${known}.`,
  );
}
