import { describe, expect, test } from "vitest";
import { type Attempt, initialState } from "../state/dataset-state.ts";
import { nextStep } from "./next-step.ts";
import { live, type Purpose } from "./purpose.ts";

const attempt = (over: Partial<Attempt> = {}): Attempt => ({
  attemptId: "a1",
  runId: "r1",
  laneVersion: 3,
  purpose: "live",
  window: { lo: "200", hi: "300" },
  snapshotMicros: "310",
  fingerprint: null,
  definitionHash: "h",
  route: "stream",
  unloadId: null,
  staged: null,
  requestId: "q",
  queryTag: "t",
  readBy: "cursor",
  refreshes: 0,
  sql: "SELECT 1",
  queryId: null,
  startedAtMs: 0,
  ...over,
});
const by = (readBy: string, purpose: Purpose = live, landed = 3n) => ({
  readBy,
  purpose,
  marks: { readBy: 1n, landed },
});
const pending = (over?: Partial<Attempt>) => ({ ...initialState("lane"), pending: attempt(over) });

describe("what a dataset does next", () => {
  test("plans from the table when nothing is pending", () => {
    expect(nextStep(initialState("lane"), { version: 2, hi: 200n }, by("cursor"))).toEqual({
      kind: "fresh",
      laneVersion: 3,
      lo: 200n,
      superseded: null,
    });
  });

  test("starts from the beginning when the table has never seen the lane", () => {
    expect(nextStep(initialState("lane"), { version: 0, hi: null }, by("cursor"))).toMatchObject({
      kind: "fresh",
      laneVersion: 1,
      lo: null,
    });
  });

  test("repeats a pending window that is still the next one", () => {
    expect(nextStep(pending(), { version: 2, hi: 200n }, by("cursor")).kind).toBe("repeat");
  });

  test("settles a window that was committed before the state was saved", () => {
    expect(nextStep(pending(), { version: 3, hi: 300n }, by("cursor")).kind).toBe("settle");
  });

  test("plans again when a restore or an erasure moved the lane to where the pending window would have", () => {
    const everyRun = pending({ window: { lo: "300", hi: "300" } });
    const fresh = { kind: "fresh", laneVersion: 4, lo: 300n, superseded: { attemptId: "a1" } };
    for (const landed of [2n, undefined]) {
      const moved = { ...by("cursor"), marks: { readBy: 1n, landed } };
      expect(nextStep(everyRun, { version: 3, hi: 300n }, moved)).toMatchObject(fresh);
    }
    const window = { lo: "200", hi: "300" };
    const purpose: Purpose = { kind: "slice", slice: { backfillId: "b", number: 1, of: 1, window } };
    const rolledBack = { ...by("cursor", purpose), marks: { readBy: undefined, landed: undefined } };
    expect(nextStep(pending({ purpose: "slice" }), { version: 3, hi: 300n }, rolledBack)).toMatchObject(fresh);
  });

  test("plans again when a later window landed while ours failed", () => {
    expect(nextStep(pending(), { version: 3, hi: 450n }, by("cursor"))).toMatchObject({
      kind: "fresh",
      laneVersion: 4,
      lo: 450n,
      superseded: { attemptId: "a1" },
    });
    expect(nextStep(pending(), { version: 7, hi: 900n }, by("cursor"))).toMatchObject({
      kind: "fresh",
      laneVersion: 8,
      lo: 900n,
    });
  });

  test("plans again when the table went back behind the pending window", () => {
    expect(nextStep(pending(), { version: 1, hi: 100n }, by("cursor"))).toMatchObject({
      kind: "fresh",
      laneVersion: 2,
      lo: 100n,
    });
    expect(nextStep(pending(), { version: 2, hi: 150n }, by("cursor"))).toMatchObject({
      kind: "fresh",
      laneVersion: 3,
      lo: 150n,
    });
  });

  test("plans again when the definition reads by another cursor now", () => {
    expect(nextStep(pending(), { version: 2, hi: 200n }, by("another")).kind).toBe("fresh");
  });

  test("a slice that has landed is done, and one that a restore has rolled back is landed anew", () => {
    const window = { lo: "200", hi: "300" };
    const purpose: Purpose = { kind: "slice", slice: { backfillId: "b", number: 1, of: 1, window } };
    const none = initialState("lane");
    expect(nextStep(none, { version: 1, hi: 300n }, by("cursor", purpose))).toEqual({ kind: "done" });
    const rolledBack = { ...by("cursor", purpose), marks: { readBy: undefined, landed: undefined } };
    expect(nextStep(none, { version: 2, hi: 300n }, rolledBack)).toMatchObject({ kind: "fresh", laneVersion: 3 });
    const ours = pending({ purpose: "slice", laneVersion: 1, window });
    expect(nextStep(ours, { version: 0, hi: null }, by("cursor", purpose)).kind).toBe("repeat");
    expect(nextStep(ours, { version: 1, hi: 300n }, by("cursor", purpose, 1n)).kind).toBe("settle");
    const other = pending({ purpose: "slice", laneVersion: 1, window: { lo: "0", hi: "300" } });
    expect(nextStep(other, { version: 0, hi: null }, by("cursor", purpose)).kind).toBe("fresh");
  });

  test("a refresh repeats a refresh alone, wherever it began, and no window stands for it", () => {
    const refresh = by("cursor", { kind: "refresh" });
    const ours = pending({ purpose: "refresh", window: { lo: null, hi: "300" } });
    expect(nextStep(ours, { version: 2, hi: 200n }, refresh).kind).toBe("repeat");
    expect(nextStep(ours, { version: 2, hi: 200n }, by("cursor")).kind).toBe("fresh");
    expect(nextStep(ours, { version: 3, hi: 300n }, refresh).kind).toBe("settle");
    expect(nextStep(pending(), { version: 2, hi: 200n }, refresh).kind).toBe("fresh");
    expect(nextStep(pending(), { version: 3, hi: 300n }, refresh)).toMatchObject({ kind: "fresh", superseded: null });
  });

  test("a full refresh is settled by its snapshot", () => {
    expect(nextStep(pending({ window: null }), { version: 3, hi: 310n }, by("cursor")).kind).toBe("settle");
    expect(nextStep(pending({ window: null }), { version: 2, hi: 200n }, by("cursor")).kind).toBe("repeat");
  });
});
