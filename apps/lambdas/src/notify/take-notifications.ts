import type { Notification } from "@snowmelt/core/engine";
import type { NotificationOutcome, Notifier } from "@snowmelt/pipeline/notify";
import type { Received, Refusal } from "../queue-function.ts";

/** Tells of a batch in one call, so that what belongs together comes as one; what became of each message is its own. */
export function takeNotifications(
  notifier: Pick<Notifier, "notify">,
  received: readonly Received<Notification>[],
  signal: AbortSignal,
): (() => Promise<Refusal | undefined>)[] {
  const told = notifier.notify(
    received.map(({ message }) => message),
    { signal },
  );
  return received.map(({ message, logger }, index) => async () => {
    const outcome = (await told)[index] ?? { kind: "deferred", reason: "nothing was said of it" };
    const { channel, action } = message;
    logger.log("info", `${action} on ${channel}: ${outcome.kind}`, { channel });
    return refusalOf(outcome, channel);
  });
}

/** What a channel refused for good; throws for what the queue is to bring again. */
function refusalOf(outcome: NotificationOutcome, channel: string): Refusal | undefined {
  if (outcome.kind === "deferred") throw new Error(`${channel} could not be told: ${outcome.reason}`);
  return outcome.kind === "refused" ? { code: "NOTIFICATION_REFUSED", message: outcome.reason } : undefined;
}
