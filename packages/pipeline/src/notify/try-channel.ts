import type { Delivery } from "./alert-channel.ts";
import type { Sender } from "./sender.ts";
import { type ChannelReceipt, noteTest, sendTest } from "./synthetic-alert.ts";
import { settleClaim } from "./tell-channel.ts";

const weekMs = 7 * 86_400_000;
/** One that failed is tried again by the hour: that it works again is to be known too. */
const retryMs = 3_600_000;

/**
 * Sends the test message of a channel when its time has come: when the channel is new, and once a week from then on. One that fails is
 * told of on the others, as for any message. Of many that call at once one sends. Throws ABORTED alone.
 */
export async function tryChannel(sender: Sender, name: string, signal: AbortSignal | undefined): Promise<void> {
  const { channels, clock, environment, logger, random, receipts } = sender;
  const channel = channels[name];
  if (!channel || !receipts) return;
  const sentAtMs = clock.nowMs();
  try {
    if (!(await claimTest(sender, name, sentAtMs))) return;
    const { message, delivery } = await sendTest({ environment, name, channel, atMs: sentAtMs, signal });
    await noteTest(receipts, name, { sentAtMs, delivery, nowMs: clock.nowMs() });
    await settleClaim(sender, { name, claim: random.uuid(), message, delivery });
    say(sender, name, delivery);
  } catch (error) {
    if (signal?.aborted) throw error;
    const what = error instanceof Error ? error.name : typeof error;
    logger.log("warn", "A channel could not be tried; it is tried again.", { channel: name, error: what });
  }
}

/** False where its time has not come, or another sends it. */
async function claimTest({ receipts, clock }: Sender, name: string, sentAtMs: number): Promise<boolean> {
  const found = await receipts?.read(name);
  if (found && clock.nowMs() < dueAtMs(found.value)) return false;
  // Until it is known to be taken it counts as failed: whoever dies in between leaves it to the next hour.
  const before = found?.value ?? { deliveredAtMs: null, confirmedAtMs: null };
  const value = { ...before, sentAtMs, reason: "nothing is known of its end" };
  return (await receipts?.write(name, { value, before: found?.version ?? 0, deadlineAtMs: null })) ?? false;
}

const dueAtMs = ({ sentAtMs, reason }: ChannelReceipt): number => sentAtMs + (reason === null ? weekMs : retryMs);

function say({ logger }: Sender, channel: string, delivery: Delivery): void {
  if (delivery.kind === "delivered") logger.log("info", "A channel was tried, and took its test message.", { channel });
  else logger.log("error", "A channel did not take its test message.", { channel, reason: delivery.reason });
}
