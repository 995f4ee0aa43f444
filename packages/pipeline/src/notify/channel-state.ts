import { type AlertMessage, alertMessage, clip, notificationId, openingId } from "@snowmelt/core/alerts";
import { Notification } from "@snowmelt/core/engine";
import { z } from "zod";
import { Allowance, type RateLimit, refilled, untilNextMs } from "./allowance.ts";

/** What all senders to a channel share. */
export const ChannelState = z.strictObject({
  schemaVersion: z.literal(1),
  allowance: Allowance,
  /** Of pipelines that have a limit of their own, while they are not whole. */
  ownAllowances: z.record(z.string(), Allowance).exactOptional(),
  /** Notifications that were sent, are held, or are being sent by a claim; known until then. */
  known: z.array(
    z.strictObject({
      id: z.string(),
      opening: z.string(),
      action: z.enum(["trigger", "acknowledge", "resolve"]),
      untilMs: z.int(),
      claim: z.string().nullable(),
    }),
  ),
  /** Of which something was told just now: what follows is held, to be told together. */
  groups: z.array(z.strictObject({ key: z.string(), untilMs: z.int() })),
  held: z.strictObject({
    named: z.array(Notification),
    unnamed: z.int().min(0),
    /** Nothing is told of it before. */
    untilMs: z.int(),
    claim: z.strictObject({ id: z.string(), untilMs: z.int(), named: z.int(), unnamed: z.int() }).nullable(),
  }),
  /** Since when nothing gets through, and why. `isTold`: the other channels know; `isOver`: that it is over they do not. */
  trouble: z
    .strictObject({
      sinceMs: z.int(),
      reason: z.string(),
      isFinal: z.boolean(),
      isTold: z.boolean(),
      isOver: z.boolean(),
    })
    .nullable(),
});
export type ChannelState = z.infer<typeof ChannelState>;

export interface ChannelLimits {
  /** Of all pipelines together. @default 20 in 1 minute */
  readonly rateLimit: RateLimit;
  /** Of pipelines whose definition has one of its own, instead. @default none */
  readonly ownRateLimits: Readonly<Record<string, RateLimit>>;
  /** How long a notification that was sent is known again. @default 6 hours */
  readonly rememberMs: number;
  /** How long what belongs together is gathered after the first of it was told. @default 30 seconds */
  readonly gatherMs: number;
  /** A sender that has not told of its message by then has died. @default 2 minutes */
  readonly claimMs: number;
}

export const defaultChannelLimits: ChannelLimits = {
  rateLimit: { messages: 20, perMs: 60_000 },
  ownRateLimits: {},
  rememberMs: 21_600_000,
  gatherMs: 30_000,
  claimMs: 120_000,
};

export const emptyChannelState: ChannelState = {
  schemaVersion: 1,
  allowance: { messages: Number.MAX_SAFE_INTEGER, atMs: 0 },
  known: [],
  groups: [],
  held: { named: [], unnamed: 0, untilMs: 0, claim: null },
  trouble: null,
};

/** Bounds of what is stored, far below the 400 KB of an item: the oldest is forgotten first, what is held is counted. */
const maxKnown = 400;
const maxHeld = 20;
const maxGroups = 200;

export type Admission =
  /** Belongs to one of `messages`. */
  | { readonly kind: "sent"; readonly message: number }
  /** Safe in the state: a later message tells of it. */
  | { readonly kind: "held"; readonly untilMs: number }
  | { readonly kind: "duplicate" }
  /** Its incident is over, and that was told. */
  | { readonly kind: "overtaken" }
  | { readonly kind: "deferred"; readonly retryAfterMs: number; readonly reason: string };

export interface Admitted {
  readonly state: ChannelState;
  /** To be sent by the claim. */
  readonly messages: readonly AlertMessage[];
  /** One for each notification, in order. */
  readonly admissions: readonly Admission[];
}

export interface AdmitOptions {
  readonly isGathered: boolean;
  readonly limits: ChannelLimits;
  readonly nowMs: number;
  /** Of this very try. */
  readonly claim: string;
}

const rank = { trigger: 0, acknowledge: 1, resolve: 2 } as const;

/** What becomes of notifications of one channel that come at once. Pure. */
export function admit(before: ChannelState, notifications: readonly Notification[], options: AdmitOptions): Admitted {
  const { isGathered, limits, nowMs, claim } = options;
  const state = refreshed(before, limits, nowMs);
  const known = new Map(state.known.map((each) => [each.id, each]));
  const over = new Set(state.known.filter(({ action }) => action === "resolve").map(({ opening }) => opening));
  const groups = new Map(state.groups.map(({ key, untilMs }) => [key, untilMs]));
  const admissions = new Array<Admission>(notifications.length);
  const messageOf = new Map<string, number>();
  const messages: { key: string; parts: Notification[] }[] = [];
  let { named, unnamed, untilMs: heldUntilMs } = state.held;
  const onTheirWay = state.held.claim?.named ?? 0;
  const allowances = openAllowances(state, limits, nowMs);
  const inOrder = [...notifications.entries()].sort(
    ([, a], [, b]) => a.openedAtMs - b.openedAtMs || rank[a.action] - rank[b.action] || a.level - b.level,
  );

  const know = (notification: Notification, by: string | null): void => {
    const untilMs = nowMs + (by === null ? limits.rememberMs : limits.claimMs);
    const id = notificationId(notification);
    known.set(id, { id, opening: openingId(notification), action: notification.action, untilMs, claim: by });
    if (notification.action === "resolve") over.add(openingId(notification));
  };
  const hold = (notification: Notification, untilMs: number): Admission => {
    if (named.length === 0) heldUntilMs = untilMs;
    if (named.length - onTheirWay < maxHeld) named = [...named, short(notification)];
    else unnamed++;
    know(notification, null);
    return { kind: "held", untilMs: heldUntilMs };
  };
  const admitOne = (notification: Notification): Admission => {
    const repeated = known.get(notificationId(notification));
    if (repeated?.claim === null) return { kind: "duplicate" };
    // Twice in one call: both have the same fate.
    if (repeated?.claim === claim) return { kind: "sent", message: messageOf.get(repeated.id) ?? 0 };
    if (repeated) {
      return { kind: "deferred", retryAfterMs: repeated.untilMs - nowMs, reason: "another sender is at it" };
    }
    if (notification.action !== "resolve" && over.has(openingId(notification))) return { kind: "overtaken" };
    const waiting = named.findIndex(
      (each, index) => index >= onTheirWay && openingId(each) === openingId(notification),
    );
    if (notification.action === "resolve" && waiting >= 0) {
      named = named.with(waiting, short(notification));
      know(notification, null);
      return { kind: "held", untilMs: heldUntilMs };
    }
    const key = groupKey(notification);
    const joined = isGathered ? messages.findIndex((message) => message.key === key) : -1;
    if (joined >= 0) {
      messages[joined]?.parts.push(notification);
      messageOf.set(notificationId(notification), joined);
      know(notification, claim);
      return { kind: "sent", message: joined };
    }
    const gatheredUntilMs = groups.get(key);
    if (isGathered && gatheredUntilMs !== undefined) return hold(notification, gatheredUntilMs);
    const waitMs = allowances.take(notification.subject?.pipeline);
    if (waitMs > 0) {
      if (isGathered) return hold(notification, nowMs + waitMs);
      return { kind: "deferred", retryAfterMs: waitMs, reason: "it had as many messages as it may have" };
    }
    if (isGathered) groups.set(key, nowMs + limits.gatherMs);
    know(notification, claim);
    messageOf.set(notificationId(notification), messages.length);
    messages.push({ key, parts: [notification] });
    return { kind: "sent", message: messages.length - 1 };
  };

  for (const [index, notification] of inOrder) admissions[index] = admitOne(notification);
  const { ownAllowances: _, ...rest } = state;
  return {
    state: {
      ...rest,
      ...allowances.left(),
      known: [...known.values()].slice(-maxKnown),
      groups: [...groups].map(([key, untilMs]) => ({ key, untilMs })).slice(-maxGroups),
      held: { ...state.held, named, unnamed, untilMs: heldUntilMs },
    },
    messages: messages.map(({ parts }) => alertMessage(parts)),
    admissions,
  };
}

/** The message of what is held, where its time has come; to be sent by the claim. Pure. */
export function takeHeld(
  before: ChannelState,
  { limits, nowMs, claim }: Omit<AdmitOptions, "isGathered">,
): { readonly state: ChannelState; readonly message: AlertMessage | undefined } {
  const state = refreshed(before, limits, nowMs);
  const { named, unnamed, untilMs } = state.held;
  if (named.length === 0 || nowMs < untilMs || state.held.claim || state.allowance.messages < 1) {
    return { state: before, message: undefined };
  }
  const worstFirst = [...named].sort((a, b) => weight(b) - weight(a));
  return {
    state: {
      ...state,
      allowance: { ...state.allowance, messages: state.allowance.messages - 1 },
      held: { ...state.held, claim: { id: claim, untilMs: nowMs + limits.claimMs, named: named.length, unnamed } },
    },
    message: alertMessage(worstFirst, unnamed),
  };
}

export type Attempt =
  | { readonly kind: "delivered" }
  | { readonly kind: "refused" | "unreachable"; readonly reason: string };

/**
 * What an attempt makes of what it claimed: what was delivered is remembered; what was not is free for another try, but that what was
 * held stays so, unless it is refused for good. Pure.
 */
export function settle(
  before: ChannelState,
  attempt: Attempt,
  { limits, nowMs, claim, message }: Omit<AdmitOptions, "isGathered"> & { readonly message: AlertMessage },
): ChannelState {
  const isDone = attempt.kind !== "unreachable";
  const ids = new Set([message.alert, ...message.others].map(notificationId));
  const ours = before.held.claim?.id === claim ? before.held.claim : undefined;
  const held = ours ? heldAfter(before.held, ours, { isDone, untilMs: nowMs + limits.gatherMs }) : before.held;
  return {
    ...before,
    held,
    // Nothing was told: what follows has nothing to wait for.
    groups: isDone ? before.groups : before.groups.filter(({ key }) => key !== groupKey(message.alert)),
    known: before.known.flatMap((each) => {
      if (each.claim !== claim || !ids.has(each.id)) return [each];
      return isDone ? [{ ...each, claim: null, untilMs: nowMs + limits.rememberMs }] : [];
    }),
    trouble: troubleAfter(before.trouble, attempt, nowMs),
  };
}

function heldAfter(
  held: ChannelState["held"],
  ours: NonNullable<ChannelState["held"]["claim"]>,
  { isDone, untilMs }: { readonly isDone: boolean; readonly untilMs: number },
): ChannelState["held"] {
  if (!isDone) return { ...held, untilMs, claim: null };
  return { named: held.named.slice(ours.named), unnamed: held.unnamed - ours.unnamed, untilMs, claim: null };
}

function troubleAfter(trouble: ChannelState["trouble"], attempt: Attempt, nowMs: number): ChannelState["trouble"] {
  if (attempt.kind === "delivered") return trouble?.isTold ? { ...trouble, isOver: true } : null;
  const reason = clip(attempt.reason, { max: 300 });
  const isFinal = attempt.kind === "refused";
  if (!trouble || trouble.isOver) return { sinceMs: nowMs, reason, isFinal, isTold: false, isOver: false };
  return { ...trouble, reason, isFinal: isFinal || trouble.isFinal };
}

/** Without what time has ended, and with what it has brought. */
function refreshed(state: ChannelState, { rateLimit }: ChannelLimits, nowMs: number): ChannelState {
  const { claim } = state.held;
  return {
    ...state,
    allowance: refilled(state.allowance, rateLimit, nowMs),
    known: state.known.filter(({ untilMs }) => untilMs > nowMs),
    groups: state.groups.filter(({ untilMs }) => untilMs > nowMs),
    held: { ...state.held, claim: claim && claim.untilMs > nowMs ? claim : null },
  };
}

interface Allowances {
  /** Takes one message of what the pipeline may have; else how long that waits. */
  take(pipeline: string | undefined): number;
  left(): Pick<ChannelState, "allowance" | "ownAllowances">;
}

/** A pipeline with a limit of its own takes nothing of the others'. */
function openAllowances(state: ChannelState, { rateLimit, ownRateLimits }: ChannelLimits, nowMs: number): Allowances {
  let shared = state.allowance;
  const own = new Map<string, Allowance>();
  const limitOf = (pipeline: string): RateLimit | undefined =>
    Object.hasOwn(ownRateLimits, pipeline) ? ownRateLimits[pipeline] : undefined;
  for (const [pipeline, before] of Object.entries(state.ownAllowances ?? {})) {
    const limit = limitOf(pipeline);
    const now = limit && refilled(before, limit, nowMs);
    if (now && now.messages < limit.messages) own.set(pipeline, now);
  }
  const taken = ({ messages, atMs }: Allowance): Allowance => ({ messages: messages - 1, atMs });
  return {
    take(pipeline = "") {
      const limit = limitOf(pipeline) ?? rateLimit;
      const isOwn = limit !== rateLimit;
      const now = isOwn ? (own.get(pipeline) ?? refilled(undefined, limit, nowMs)) : shared;
      if (now.messages < 1) return untilNextMs(now, limit);
      if (isOwn) own.set(pipeline, taken(now));
      else shared = taken(now);
      return 0;
    },
    left: () => ({ allowance: shared, ...(own.size > 0 ? { ownAllowances: Object.fromEntries(own) } : {}) }),
  };
}

function groupKey({ action, subject = {} }: Notification): string {
  return JSON.stringify([action, subject.environment ?? null, subject.pipeline ?? null]);
}

function weight({ action, severity, level }: Notification): number {
  return (action === "trigger" ? (severity === "error" ? 20 : 10) : 0) + level;
}

/** As much of it as a line tells. */
function short(notification: Notification): Notification {
  const { subject: { links: _, ...names } = {}, ...rest } = notification;
  const cut = Object.fromEntries(Object.entries(names).map(([key, text]) => [key, clip(text, { max: 200 })]));
  return {
    ...rest,
    summary: clip(rest.summary, { max: 300 }),
    ...(rest.by === undefined ? {} : { by: clip(rest.by, { max: 200 }) }),
    subject: cut,
  };
}
