import { describe, expect, it } from "vitest";
import { type Attempt, type DatasetState, initialState, renewPending, retirePending } from "./dataset-state.ts";

const staged = { database: "D", schema: "S", name: "STAGE", folder: "raw/t/data/run=u/" };
const attempt = (more: Partial<Attempt>): Attempt => ({
  attemptId: "a",
  runId: "r",
  laneVersion: 3,
  purpose: "live",
  window: null,
  refreshes: 0,
  snapshotMicros: "1",
  fingerprint: null,
  definitionHash: "h",
  readBy: "cursor",
  route: "unload",
  unloadId: null,
  staged: null,
  requestId: "q",
  queryTag: "t",
  sql: "COPY",
  queryId: null,
  startedAtMs: 0,
  ...more,
});
const pending = (more: Partial<Attempt>): DatasetState => ({ ...initialState("lane"), pending: attempt(more) });
const over = (state: DatasetState) => state.terminalAttempts;

describe("an attempt that is over", () => {
  it("leaves its own files to be swept", () => {
    const retired = retirePending(pending({ attemptId: "a" }));
    expect(retired.pending).toBeNull();
    expect(over(retired)).toEqual([{ attemptId: "a", laneVersion: 3 }]);
  });

  it("leaves what the unload it took over wrote as well, and what waits in a stage", () => {
    expect(over(retirePending(pending({ attemptId: "b", unloadId: "u" })))).toEqual([
      { attemptId: "b", laneVersion: 3 },
      { attemptId: "u", laneVersion: 3 },
    ]);
    expect(over(retirePending(pending({ attemptId: "b", unloadId: "u", staged })))).toEqual([
      { attemptId: "b", laneVersion: 3 },
      { attemptId: "u", laneVersion: 3, staged },
    ]);
    expect(over(retirePending(pending({ attemptId: "u", unloadId: "u", staged })))).toEqual([
      { attemptId: "u", laneVersion: 3, staged },
    ]);
  });
});

describe("an attempt that another goes on with", () => {
  const renewed = (more: Partial<Attempt>) => renewPending(pending(more), attempt({ ...more, attemptId: "next" }));

  it("leaves its files to be swept where it streamed", () => {
    expect(renewed({ attemptId: "a" })).toMatchObject({
      pending: { attemptId: "next" },
      terminalAttempts: [{ attemptId: "a", laneVersion: 3 }],
    });
  });

  it("keeps what it unloaded, for that is of use", () => {
    expect(over(renewed({ attemptId: "u", unloadId: "u", staged }))).toEqual([]);
  });

  it("leaves what it wrote beside an unload that it had taken over itself", () => {
    expect(over(renewed({ attemptId: "b", unloadId: "u", staged }))).toEqual([{ attemptId: "b", laneVersion: 3 }]);
  });
});
