import type { Clock, Logger, Metrics, Random } from "@snowmelt/core/ports";
import type { VersionedStore } from "../engine/versioned-store.ts";
import type { Breaker } from "../engine/with-breaker.ts";
import type { AlertChannel } from "./alert-channel.ts";
import type { ChannelLimits, ChannelState } from "./channel-state.ts";

export interface NotifierPorts {
  readonly environment: string;
  readonly channels: Readonly<Record<string, AlertChannel>>;
  /** What senders share, a document a channel. Where it is down, messages are sent all the same. */
  readonly store: VersionedStore<ChannelState>;
  readonly limits?: Partial<ChannelLimits>;
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
export interface Sender extends Required<Omit<NotifierPorts, "limits" | "breaker">> {
  readonly limits: ChannelLimits;
  readonly breaker: Breaker | undefined;
}
