import { type AlertMessage, alertMessage } from "@snowmelt/core/alerts";
import type { Notification } from "@snowmelt/core/engine";
import type { Clock } from "@snowmelt/core/ports";
import { z } from "zod";
import type { VersionedStore } from "../engine/versioned-store.ts";
import type { AlertChannel, Delivery } from "./alert-channel.ts";

/** When the way to a channel was last tried from end to end. */
export const ChannelReceipt = z.strictObject({
  sentAtMs: z.int(),
  /** The channel took it. */
  deliveredAtMs: z.int().nullable(),
  /** A person or a system at its end said so. */
  confirmedAtMs: z.int().nullable(),
  /** Why it was not taken, the last time. */
  reason: z.string().nullable(),
});
export type ChannelReceipt = z.infer<typeof ChannelReceipt>;

export interface SyntheticPorts {
  readonly environment: string;
  readonly channels: Readonly<Record<string, AlertChannel>>;
  readonly receipts: VersionedStore<ChannelReceipt>;
  readonly clock: Pick<Clock, "nowMs">;
}

/** The key of the test message of a channel: who acknowledges it confirms the channel. */
export const syntheticKey = (environment: string, channel: string): string => `${environment}/snowmelt/test/${channel}`;

/**
 * Sends a test message through each channel, past everything that could hold it, ends it, and notes what came of it. To be called once a
 * week: a way that is never used is broken when it is needed. Tells the receipts by channel.
 */
export async function sendSyntheticAlerts(
  { environment, channels, receipts, clock }: SyntheticPorts,
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<Readonly<Record<string, ChannelReceipt>>> {
  const told: Record<string, ChannelReceipt> = {};
  for (const [name, channel] of Object.entries(channels)) {
    const sentAtMs = clock.nowMs();
    const { delivery } = await sendTest({ environment, name, channel, atMs: sentAtMs, signal });
    told[name] = await noteTest(receipts, name, { sentAtMs, delivery, nowMs: clock.nowMs() });
  }
  return told;
}

/** Sends the test message of a channel, and ends it. */
export async function sendTest({
  environment,
  name,
  channel,
  atMs,
  signal,
}: {
  readonly environment: string;
  readonly name: string;
  readonly channel: AlertChannel;
  readonly atMs: number;
  readonly signal: AbortSignal | undefined;
}): Promise<{ readonly message: AlertMessage; readonly delivery: Delivery }> {
  const test = testNotification({ environment, channel: name, atMs });
  const message = alertMessage([test]);
  const options = signal ? { signal } : {};
  const delivery = await channel.deliver(message, options);
  // What keeps incidents would keep this one for ever.
  if (!channel.isGathered && delivery.kind === "delivered") {
    await channel.deliver(alertMessage([{ ...test, action: "resolve" }]), options);
  }
  return { message, delivery };
}

/** Notes what came of a test message. */
export function noteTest(
  receipts: VersionedStore<ChannelReceipt>,
  name: string,
  { sentAtMs, delivery, nowMs }: { readonly sentAtMs: number; readonly delivery: Delivery; readonly nowMs: number },
): Promise<ChannelReceipt> {
  return changeReceipt(receipts, name, (before) => ({
    confirmedAtMs: before?.confirmedAtMs ?? null,
    deliveredAtMs: delivery.kind === "delivered" ? nowMs : (before?.deliveredAtMs ?? null),
    sentAtMs,
    reason: delivery.kind === "delivered" ? null : delivery.reason,
  }));
}

/** Notes that somebody at the end of a channel has read its test message. */
export async function confirmReceipt(
  receipts: VersionedStore<ChannelReceipt>,
  { channel, atMs }: { readonly channel: string; readonly atMs: number },
): Promise<void> {
  await changeReceipt(receipts, channel, (before) => ({
    sentAtMs: before?.sentAtMs ?? atMs,
    deliveredAtMs: before?.deliveredAtMs ?? null,
    reason: before?.reason ?? null,
    confirmedAtMs: atMs,
  }));
}

export interface StaleReceipt {
  readonly channel: string;
  /** Null where it never got through. */
  readonly lastAtMs: number | null;
  readonly reason: string | null;
}

/** Channels that no test message got through to for too long. Pure. */
export function staleReceipts(
  receipts: Readonly<Record<string, ChannelReceipt | undefined>>,
  {
    nowMs,
    maxAgeMs = 8 * 86_400_000,
    by = "delivered",
  }: {
    readonly nowMs: number;
    /** @default 8 days: a week, and a day for its schedule */
    readonly maxAgeMs?: number;
    /** Whether it is enough that the channel took it. @default "delivered" */
    readonly by?: "delivered" | "confirmed";
  },
): readonly StaleReceipt[] {
  return Object.entries(receipts).flatMap(([channel, receipt]) => {
    const lastAtMs = (by === "delivered" ? receipt?.deliveredAtMs : receipt?.confirmedAtMs) ?? null;
    const isStale = lastAtMs === null || nowMs - lastAtMs > maxAgeMs;
    return isStale ? [{ channel, lastAtMs, reason: receipt?.reason ?? null }] : [];
  });
}

function testNotification({
  environment,
  channel,
  atMs,
}: {
  environment: string;
  channel: string;
  atMs: number;
}): Notification {
  return {
    channel,
    action: "trigger",
    level: 0,
    dedupKey: syntheticKey(environment, channel),
    severity: "warning",
    summary: `This is a test of the channel ${channel}: nothing is wrong. It comes every week; if it stays out, alerts do not reach you.`,
    openedAtMs: atMs,
    atMs,
    count: 1,
    subject: { environment },
  };
}

const maxTries = 30;

async function changeReceipt(
  receipts: VersionedStore<ChannelReceipt>,
  name: string,
  plan: (before: ChannelReceipt | undefined) => ChannelReceipt,
): Promise<ChannelReceipt> {
  for (let tries = 0; ; tries++) {
    const found = await receipts.read(name);
    const value = plan(found?.value);
    // What many write at once is about the same: after so many tries the last of them is as good.
    if ((await receipts.write(name, { value, before: found?.version ?? 0, deadlineAtMs: null })) || tries >= maxTries)
      return value;
  }
}
