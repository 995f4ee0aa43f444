import type { Notification } from "@snowmelt/core/engine";
import type { ChannelState } from "./channel-state.ts";
import type { Sender } from "./sender.ts";
import { changeState, readState } from "./share-state.ts";
import { tellChannel } from "./tell-channel.ts";

/**
 * Tells the other channels that one fails, or works again. Told before it is noted that they were: whoever dies in between tells them
 * again, and a repeat is known by the time that it began.
 */
export async function warnOthers(sender: Sender, name: string, signal: AbortSignal | undefined): Promise<void> {
  const { channels, clock, warnAfterMs } = sender;
  const trouble = (await readState(sender, name))?.trouble;
  const nowMs = clock.nowMs();
  if (!trouble || (trouble.isTold && !trouble.isOver)) return;
  if (!trouble.isTold && !trouble.isFinal && nowMs - trouble.sinceMs < warnAfterMs) return;
  const others = Object.keys(channels).filter((other) => other !== name);
  const told = await Promise.all(
    others.map(async (other) => {
      const notification = channelWarning(sender, { name, other, trouble, nowMs });
      const [outcome] = await tellChannel(sender, { name: other, notifications: [notification], signal });
      return outcome?.kind ?? "deferred";
    }),
  );
  if (!told.some((kind) => kind === "delivered" || kind === "held" || kind === "duplicate")) return;
  await changeState(sender, name, (state) => {
    const same = state.trouble?.sinceMs === trouble.sinceMs && state.trouble.isOver === trouble.isOver;
    return { state: same ? { ...state, trouble: trouble.isOver ? null : { ...trouble, isTold: true } } : state };
  });
}

function channelWarning(
  { environment }: Sender,
  {
    name,
    other,
    trouble,
    nowMs,
  }: { name: string; other: string; trouble: NonNullable<ChannelState["trouble"]>; nowMs: number },
): Notification {
  return {
    channel: other,
    action: trouble.isOver ? "resolve" : "trigger",
    level: 0,
    dedupKey: `${environment}/snowmelt/channel/${name}`,
    severity: "warning",
    summary: trouble.isOver
      ? `Alerts reach the channel ${name} again.`
      : `Alerts do not reach the channel ${name}: ${trouble.reason}. Look at its address and its secrets; what was refused is not sent again.`,
    openedAtMs: trouble.sinceMs,
    atMs: nowMs,
    count: 1,
    subject: { environment },
  };
}
