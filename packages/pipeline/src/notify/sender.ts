import type { Clock, Logger, Metrics, Random } from "@snowmelt/core/ports";
import type { VersionedStore } from "../engine/versioned-store.ts";
import type { Breaker } from "../engine/with-breaker.ts";
import type { AlertChannel } from "./alert-channel.ts";
import type { ChannelLimits, ChannelState } from "./channel-state.ts";
import type { ChannelReceipt } from "./synthetic-alert.ts";

/** How many messages a channel may have. */
export type RateLimits = Pick<ChannelLimits, "rateLimit" | "ownRateLimits">;

export interface NotifierPorts {
  readonly environment: string;
  readonly channels: Readonly<Record<string, AlertChannel>>;
  /** What senders share, a document a channel. Where it is down, messages are sent all the same. */
  readonly store: VersionedStore<ChannelState>;
  readonly limits?: Partial<ChannelLimits>;
  /** As the definitions have them now, instead of those in `limits`; asked for with each call. Where it fails, those hold. */
  readonly rateLimits?: () => Promise<Partial<RateLimits>>;
  /** When channels were tried. With them, `flush` sends a test message through each, once a week. @default none */
  readonly receipts?: VersionedStore<ChannelReceipt>;
  /** A channel that nothing gets through to for so long is told of on the others. @default 10 minutes */
  readonly warnAfterMs?: number;
  /** @default none */
  readonly breaker?: Breaker;
  readonly clock?: Pick<Clock, "nowMs">;
  readonly random?: Pick<Random, "uuid">;
  readonly logger?: Logger;
  readonly metrics?: Metrics;
}

/** The ports with their defaults. */
export interface Sender extends Required<Omit<NotifierPorts, "limits" | "breaker" | "rateLimits" | "receipts">> {
  readonly limits: ChannelLimits;
  readonly breaker: Breaker | undefined;
  readonly receipts: NotifierPorts["receipts"];
}
