export type { AlertChannel, Delivery } from "./alert-channel.ts";
export type { RateLimit } from "./allowance.ts";
export { type ChannelLimits, ChannelState, defaultChannelLimits } from "./channel-state.ts";
export type { AlertBus } from "./channels/event-bridge-channel.ts";
export { type ChannelPorts, openChannel, openChannels } from "./channels/open-channel.ts";
export type { Topics } from "./channels/topic-channel.ts";
export type { HttpPorts } from "./http/deliver-by-post.ts";
export { openPost, type PostOptions } from "./http/open-post.ts";
export type { Post, PostReply, PostRequest } from "./http/post.ts";
export { isPublicAddress } from "./http/public-address.ts";
export { notifyError } from "./notify-error.ts";
export { type NotifyStores, openMemoryNotifyStores } from "./notify-stores.ts";
export { type Notifier, openNotifier } from "./open-notifier.ts";
export type { NotifierPorts, RateLimits } from "./sender.ts";
export {
  ChannelReceipt,
  confirmReceipt,
  type StaleReceipt,
  type SyntheticPorts,
  sendSyntheticAlerts,
  staleReceipts,
  syntheticKey,
} from "./synthetic-alert.ts";
export type { NotificationOutcome } from "./tell-channel.ts";
