import { describe, expect, test } from "vitest";
import {
  askBreaker,
  BreakerConfig,
  type BreakerState,
  type CallCounts,
  closedBreaker,
  tellBreaker,
} from "../../src/engine/index.ts";

const config = BreakerConfig.parse({});
const minute = 60_000;
const start = 1000 * minute;

const counts = (ok: number, bad: number, atMs = start): CallCounts[] => [
  { minute: Math.floor(atMs / minute), ok, bad },
];
const tell = (state: BreakerState, more: Partial<Parameters<typeof tellBreaker>[2]>): BreakerState =>
  tellBreaker(config, state, {
    nowMs: start,
    callId: "call",
    generation: state.generation,
    outcome: "bad",
    counts: counts(0, 10),
    ...more,
  });
const opened = tell(closedBreaker, {});
const ask = (state: BreakerState, nowMs: number, callId = "ann") => askBreaker(config, state, { nowMs, callId });
const probing = (state: BreakerState, nowMs: number, callId = "ann"): BreakerState => {
  const verdict = ask(state, nowMs, callId);
  if (verdict.kind !== "probe") throw new Error(`${verdict.kind} where a probe was expected`);
  return verdict.state;
};

describe("a breaker", () => {
  test("opens at its share of bad calls, of its number, and not one below", () => {
    expect(tell(closedBreaker, { counts: counts(5, 5) }).isOpen).toBe(true);
    expect(tell(closedBreaker, { counts: counts(6, 5) })).toBe(closedBreaker);
    expect(tell(closedBreaker, { counts: counts(0, 9) })).toBe(closedBreaker);
    expect(tell(closedBreaker, { outcome: "ok" })).toBe(closedBreaker);
    expect(tell(closedBreaker, { outcome: "other" })).toBe(closedBreaker);
  });

  test("forgets calls older than its window", () => {
    const old = counts(0, 10, start - 5 * minute);
    expect(tell(closedBreaker, { counts: old })).toBe(closedBreaker);
    expect(tell(closedBreaker, { counts: counts(0, 10, start - 4 * minute) }).isOpen).toBe(true);
  });

  test("refuses while it is open, and says until when", () => {
    expect(ask(closedBreaker, start)).toEqual({ kind: "allow", generation: 0 });
    expect(ask(opened, start + 20_000)).toEqual({ kind: "refuse", retryAfterMs: 40_000 });
  });

  test("lets one probe through: whoever gets its claim stored first", () => {
    const claimed = probing(opened, start + minute);
    expect(claimed.version).toBe(opened.version + 1);
    expect(probing(opened, start + minute, "bob").version).toBe(claimed.version);
    expect(ask(claimed, start + minute, "bob")).toMatchObject({ kind: "refuse" });
  });

  test("lets another probe when the prober has died", () => {
    const claimed = probing(opened, start + minute);
    expect(ask(claimed, start + minute + config.probeMs - 1, "bob").kind).toBe("refuse");
    expect(probing(claimed, start + minute + config.probeMs, "bob").probe?.id).toBe("bob");
  });

  test("closes by a good probe, and what was bad before does not open it again", () => {
    const closed = tell(probing(opened, start + minute), { callId: "ann", outcome: "ok", nowMs: start + minute });
    expect(closed).toMatchObject({ isOpen: false, generation: 2 });
    expect(tell(closed, { nowMs: start + minute + 1 })).toBe(closed);
  });

  test("stays open for twice as long after each bad probe, up to its maximum", () => {
    let state = opened;
    const opens: number[] = [];
    for (let nowMs = start; opens.length < 7; ) {
      nowMs += state.openMs;
      state = tell(probing(state, nowMs), { callId: "ann", nowMs });
      opens.push(state.openMs / minute);
    }
    expect(opens).toEqual([2, 4, 8, 16, 30, 30, 30]);
  });

  test("is freed of a probe that says nothing of the service", () => {
    const freed = tell(probing(opened, start + minute), { callId: "ann", outcome: "other" });
    expect(freed).toMatchObject({ isOpen: true, probe: null, generation: opened.generation });
    expect(ask(freed, start + minute, "bob").kind).toBe("probe");
  });

  test("does not hear a prober whose time is over, nor a call of before it turned", () => {
    const bobs = probing(probing(opened, start + minute), start + minute + config.probeMs, "bob");
    expect(tell(bobs, { callId: "ann", outcome: "ok" })).toBe(bobs);
    const closed = tell(bobs, { callId: "bob", outcome: "ok", nowMs: start + 4 * minute });
    expect(
      tell(closed, {
        callId: "old",
        generation: 0,
        nowMs: start + 4 * minute,
        counts: counts(0, 99, start + 4 * minute),
      }),
    ).toBe(closed);
  });
});
