import { type AlertMessage, metricOf } from "@snowmelt/core/alerts";
import { isSnowmeltError } from "@snowmelt/core/errors";
import type { AlertChannel, Delivery } from "./alert-channel.ts";
import type { Sender } from "./sender.ts";

export interface Sending {
  readonly name: string;
  readonly channel: AlertChannel;
  readonly message: AlertMessage;
  readonly signal: AbortSignal | undefined;
}

/** Gives a message to a channel, unless its breaker is open; logged and counted. Throws ABORTED alone. */
export async function deliverMessage(sender: Sender, { name, channel, message, signal }: Sending): Promise<Delivery> {
  const { breaker, logger, metrics, environment } = sender;
  const call = (): Promise<Delivery> => channel.deliver(message, signal ? { signal } : {});
  let delivery: Delivery;
  try {
    delivery = breaker
      ? await breaker.guard(`channel/${name}`, call, (end) =>
          end.kind === "threw" ? "other" : verdicts[end.value.kind],
        )
      : await call();
  } catch (error) {
    if (signal?.aborted || isSnowmeltError(error, "ABORTED")) throw error;
    delivery = failureOf(error);
  }
  const dimensions = { Environment: environment, Channel: name };
  const { dedupKey, action, level: escalationLevel } = message.alert;
  // A line's own level is something else.
  const about = { channel: name, dedupKey, action, escalationLevel, id: message.id };
  if (delivery.kind === "delivered") {
    metrics.record(metricOf("NotificationsDelivered", 1, dimensions));
    logger.log("info", "A notification was delivered.", about);
    return delivery;
  }
  metrics.record(metricOf("NotificationsFailed", 1, dimensions));
  const fields = { ...about, outcome: delivery.kind, reason: delivery.reason };
  logger.log(delivery.kind === "refused" ? "error" : "warn", "A notification was not delivered.", fields);
  return delivery;
}

const verdicts = { delivered: "ok", refused: "other", unreachable: "bad" } as const;

function failureOf(error: unknown): Delivery {
  if (!isSnowmeltError(error, "BREAKER_OPEN")) {
    return {
      kind: "unreachable",
      reason: `the channel's code failed: ${error instanceof Error ? error.name : typeof error}`,
    };
  }
  const { retryAfterMs } = error.details;
  const wait = typeof retryAfterMs === "number" ? { retryAfterMs } : {};
  return { kind: "unreachable", reason: "it failed too often of late and is left alone", ...wait };
}
