import { type AlertMessage, metricOf } from "@snowmelt/core/alerts";
import type { Notification } from "@snowmelt/core/engine";
import type { Delivery } from "./alert-channel.ts";
import { type Admitted, admit, type ChannelState, emptyChannelState, settle, takeHeld } from "./channel-state.ts";
import { deliverMessage } from "./deliver-message.ts";
import type { Sender } from "./sender.ts";
import { changeState } from "./share-state.ts";

export type NotificationOutcome =
  | { readonly kind: "delivered" }
  /** Stored: a message that is sent later tells of it, with others. */
  | { readonly kind: "held"; readonly untilMs: number }
  /** Sent before, by whomever. */
  | { readonly kind: "duplicate" }
  /** The end of its incident was told before: to tell its beginning now would open it anew. */
  | { readonly kind: "overtaken" }
  /** For good; the other channels are warned. */
  | { readonly kind: "refused"; readonly reason: string }
  /** Not safe anywhere: whoever asked asks again. */
  | { readonly kind: "deferred"; readonly reason: string; readonly retryAfterMs?: number };

export interface Telling {
  readonly name: string;
  readonly notifications: readonly Notification[];
  readonly signal: AbortSignal | undefined;
}

/** Tells of notifications of one channel; what became of each, in order. */
export async function tellChannel(
  sender: Sender,
  { name, notifications, signal }: Telling,
): Promise<NotificationOutcome[]> {
  const { channels, clock, limits, logger, metrics, environment } = sender;
  const channel = Object.hasOwn(channels, name) ? channels[name] : undefined;
  if (!channel) {
    const reason = `there is no channel ${name}; there are: ${Object.keys(channels).join(", ") || "none"}`;
    logger.log("error", "A notification has no channel.", { channel: name });
    return notifications.map(() => ({ kind: "refused", reason }));
  }
  const claim = sender.random.uuid();
  const options = { isGathered: channel.isGathered, limits, claim };
  const plan = (state: ChannelState): Admitted => admit(state, notifications, { ...options, nowMs: clock.nowMs() });
  const stored = await changeState(sender, name, plan);
  const admitted = stored ?? plan(emptyChannelState);
  const ends = new Map<number, NotificationOutcome>();
  let failure: Delivery | undefined;
  for (const [index, message] of admitted.messages.entries()) {
    // A channel that is not reachable is not asked for each message again: the claims would end before the tries do.
    const delivery = failure ?? (await deliverMessage(sender, { name, channel, message, signal }));
    if (delivery.kind === "unreachable") failure = delivery;
    await settleClaim(sender, { name, claim, message, delivery });
    ends.set(index, outcomeOf(delivery));
  }
  const held = stored?.admissions.filter(({ kind }) => kind === "held").length ?? 0;
  if (held > 0) metrics.record(metricOf("NotificationsHeld", held, { Environment: environment, Channel: name }));
  return admitted.admissions.map((admission) => {
    if (admission.kind === "sent") return ends.get(admission.message) ?? deferred("it was not told");
    if (admission.kind === "held" && !stored) return deferred("what senders share cannot be written");
    return admission;
  });
}

/** The message of what was held, if its time has come. */
export async function sendHeld(sender: Sender, name: string, signal: AbortSignal | undefined): Promise<void> {
  const { channels, clock, limits, random } = sender;
  const channel = channels[name];
  if (!channel) return;
  const claim = random.uuid();
  const taken = await changeState(sender, name, (state) => takeHeld(state, { limits, claim, nowMs: clock.nowMs() }));
  if (!taken?.message) return;
  const { message } = taken;
  const delivery = await deliverMessage(sender, { name, channel, message, signal });
  await settleClaim(sender, { name, claim, message, delivery });
}

/** Notes what came of a message. */
export async function settleClaim(
  sender: Sender,
  { name, claim, message, delivery }: { name: string; claim: string; message: AlertMessage; delivery: Delivery },
): Promise<void> {
  const { clock, limits } = sender;
  await changeState(sender, name, (state) => ({
    state: settle(state, delivery, { limits, claim, message, nowMs: clock.nowMs() }),
  }));
}

function outcomeOf(delivery: Delivery): NotificationOutcome {
  if (delivery.kind !== "unreachable") return delivery;
  const { reason, retryAfterMs } = delivery;
  return deferred(reason, retryAfterMs);
}

/** An outcome of what is not safe anywhere. */
export function deferred(reason: string, retryAfterMs?: number): NotificationOutcome {
  return { kind: "deferred", reason, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
}
