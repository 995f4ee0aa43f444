import { z } from "zod";

export const BreakerConfig = z.strictObject({
  /** Opens at this share of bad calls, */
  badShare: z.number().gt(0).max(1).default(0.5),
  /** of at least this many, */
  minCalls: z.int().min(1).default(10),
  /** in this many minutes up to now. */
  windowMinutes: z.int().min(1).default(5),
  /** Until a probe is let through; doubles with each that fails. */
  openMs: z.int().min(1).default(60_000),
  maxOpenMs: z.int().min(1).default(1_800_000),
  /** A prober that has not told of its call by then has died, and another may probe. */
  probeMs: z.int().min(1).default(120_000),
});
export type BreakerConfig = z.infer<typeof BreakerConfig>;

/** What all callers share. A store takes version n only upon n - 1, so that of many callers one becomes the prober. */
export const BreakerState = z.strictObject({
  version: z.int().min(0),
  isOpen: z.boolean(),
  /** Grows with each opening and closing: who tells of a call of an earlier one is heard no more. */
  generation: z.int().min(0),
  /** Of the last opening or closing. Calls before it do not count. */
  sinceMs: z.int(),
  openMs: z.int(),
  probe: z.strictObject({ id: z.string(), expiresAtMs: z.int() }).nullable(),
});
export type BreakerState = z.infer<typeof BreakerState>;

/** Calls of one minute, added up by all callers. */
export interface CallCounts {
  readonly minute: number;
  readonly ok: number;
  readonly bad: number;
}

export const closedBreaker: BreakerState = {
  version: 0,
  isOpen: false,
  generation: 0,
  sinceMs: 0,
  openMs: 0,
  probe: null,
};

export type BreakerVerdict =
  | { readonly kind: "allow"; readonly generation: number }
  /** The call may be made by whoever gets `state` stored; the others ask again and are refused. */
  | { readonly kind: "probe"; readonly generation: number; readonly state: BreakerState }
  | { readonly kind: "refuse"; readonly retryAfterMs: number };

/** Whether a call may be made. `callId` is of this very call. Where the store cannot be read, calls are allowed. Pure. */
export function askBreaker(
  config: BreakerConfig,
  state: BreakerState,
  { nowMs, callId }: { readonly nowMs: number; readonly callId: string },
): BreakerVerdict {
  const { generation, isOpen, probe } = state;
  if (!isOpen) return { kind: "allow", generation };
  const probeAtMs = Math.max(state.sinceMs + state.openMs, probe?.expiresAtMs ?? 0);
  if (nowMs < probeAtMs) return { kind: "refuse", retryAfterMs: probeAtMs - nowMs };
  const claimed = { ...state, version: state.version + 1, probe: { id: callId, expiresAtMs: nowMs + config.probeMs } };
  return { kind: "probe", generation, state: claimed };
}

export interface CallOutcome {
  readonly nowMs: number;
  readonly callId: string;
  /** As the verdict gave it. */
  readonly generation: number;
  /** `other`: it failed by the caller's own doing, and says nothing of the service. */
  readonly outcome: "ok" | "bad" | "other";
  /** Of all callers, this call included. */
  readonly counts: readonly CallCounts[];
}

/** What a call makes of the breaker; the same object where nothing changes. Pure. */
export function tellBreaker(config: BreakerConfig, state: BreakerState, call: CallOutcome): BreakerState {
  if (call.generation !== state.generation) return state;
  const { nowMs, callId, outcome } = call;
  if (state.isOpen) {
    if (state.probe?.id !== callId) return state;
    if (outcome === "other") return { ...state, version: state.version + 1, probe: null };
    return outcome === "ok" ? turned(state, { isOpen: false, nowMs, openMs: 0 }) : reopened(config, state, nowMs);
  }
  if (outcome !== "bad") return state;
  const firstMinute = Math.floor(nowMs / 60_000) - config.windowMinutes + 1;
  // Of the minute in which it closed, what was before cannot be told from what was after.
  const fromMinute = Math.max(firstMinute, Math.ceil(state.sinceMs / 60_000));
  const recent = call.counts.filter(({ minute }) => minute >= fromMinute);
  const bad = recent.reduce((sum, each) => sum + each.bad, 0);
  const calls = recent.reduce((sum, each) => sum + each.ok + each.bad, 0);
  const isBad = calls >= config.minCalls && bad >= calls * config.badShare;
  return isBad ? turned(state, { isOpen: true, nowMs, openMs: config.openMs }) : state;
}

const reopened = (config: BreakerConfig, state: BreakerState, nowMs: number): BreakerState =>
  turned(state, { isOpen: true, nowMs, openMs: Math.min(config.maxOpenMs, state.openMs * 2) });

function turned(
  state: BreakerState,
  { isOpen, nowMs, openMs }: { readonly isOpen: boolean; readonly nowMs: number; readonly openMs: number },
): BreakerState {
  const { version, generation } = state;
  return { version: version + 1, isOpen, generation: generation + 1, sinceMs: nowMs, openMs, probe: null };
}
