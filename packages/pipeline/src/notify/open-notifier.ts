import type { Notification } from "@snowmelt/core/engine";
import { silentLogger, silentMetrics, systemClock, systemRandom } from "@snowmelt/core/ports";
import { defaultChannelLimits } from "./channel-state.ts";
import type { NotifierPorts, Sender } from "./sender.ts";
import { deferred, type NotificationOutcome, sendHeld, tellChannel } from "./tell-channel.ts";
import { tryChannel } from "./try-channel.ts";
import { warnOthers } from "./warn-others.ts";

export interface Notifier {
  /**
   * Tells of notifications, each to its channel, and says what became of each, in their order. Safe to repeat: what was sent is known for
   * hours. A channel that fails keeps no other from its messages. Throws ABORTED alone.
   */
  notify(
    notifications: readonly Notification[],
    options?: { readonly signal?: AbortSignal },
  ): Promise<readonly NotificationOutcome[]>;
  /** Sends what is held and due, tries channels once a week, and warns of those that fail. To be called every minute. Throws ABORTED alone. */
  flush(options?: { readonly signal?: AbortSignal }): Promise<void>;
}

/** Sends notifications to channels: each once, in as few messages as people can stand, and never silently not at all. */
export function openNotifier(ports: NotifierPorts): Notifier {
  const { rateLimits, logger = silentLogger } = ports;
  const base: Sender = {
    warnAfterMs: 600_000,
    clock: systemClock,
    random: systemRandom,
    metrics: silentMetrics,
    ...ports,
    logger,
    breaker: ports.breaker,
    receipts: ports.receipts,
    limits: { ...defaultChannelLimits, ...ports.limits },
  };
  /** With the limits of now. An alert waits for no definition. */
  const now = async (): Promise<Sender> => {
    try {
      return rateLimits ? { ...base, limits: { ...base.limits, ...(await rateLimits()) } } : base;
    } catch (error) {
      logger.log("warn", "How many messages channels may have cannot be read; what is usual holds.", {
        error: error instanceof Error ? error.name : typeof error,
      });
      return base;
    }
  };
  return {
    async notify(notifications, { signal } = {}) {
      const sender = await now();
      const outcomes = new Map<Notification, NotificationOutcome>();
      const byChannel = Map.groupBy(notifications, ({ channel }) => channel);
      await eachChannel([...byChannel], async ([name, ofChannel]) => {
        const told = await tellChannel(sender, { name, notifications: ofChannel, signal });
        for (const [index, notification] of ofChannel.entries()) {
          const outcome = told[index];
          if (outcome) outcomes.set(notification, outcome);
        }
        await warnOthers(sender, name, signal);
      });
      return notifications.map((each) => outcomes.get(each) ?? deferred("it was not told"));
    },
    async flush({ signal } = {}) {
      const sender = await now();
      await eachChannel(Object.keys(sender.channels), async (name) => {
        await sendHeld(sender, name, signal);
        await tryChannel(sender, name, signal);
        await warnOthers(sender, name, signal);
      });
    },
  };
}

/** Side by side: there are a handful, and a slow one is none of the others' business. One that throws lets the others end first. */
async function eachChannel<T>(items: readonly T[], run: (item: T) => Promise<void>): Promise<void> {
  const ended = await Promise.allSettled(items.map(run));
  for (const end of ended) if (end.status === "rejected") throw end.reason;
}
