import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  decideIncident,
  EscalationPolicy,
  type IncidentEvent,
  type IncidentState,
  incidentDueAtMs,
  notificationKey,
} from "../../src/engine/index.ts";

const minute = 60_000;
const policy = EscalationPolicy.parse({
  levels: [
    { afterMs: 0, channels: ["slack"] },
    { afterMs: 10 * minute, channels: ["slack", "pager"] },
    { afterMs: 30 * minute, channels: ["manager"] },
  ],
  goodsToResolve: 2,
});

type Told = {
  readonly type: Exclude<IncidentEvent["type"], "told">;
  readonly severity?: "warning" | "error";
  readonly atMs?: number;
};

/** What was told to whom, event by event. */
function story(...events: readonly Told[]): { state: IncidentState | undefined; told: string[][] } {
  let state: IncidentState | undefined;
  const told: string[][] = [];
  for (const [index, { type, severity = "error", atMs = 0 }] of events.entries()) {
    const common = { id: `e${index}`, atMs };
    const event: IncidentEvent =
      type === "raised"
        ? { ...common, type, dedupKey: "dev/flights", severity, summary: "it failed" }
        : type === "acknowledged" || type === "resolved"
          ? { ...common, type, by: "ann" }
          : { ...common, type };
    const decision = decideIncident(policy, state, event);
    const keys = decision.notifications.map(notificationKey);
    state = decideIncident(policy, decision.state, { id: `${common.id}/told`, atMs, type: "told", keys }).state;
    told.push(decision.notifications.map(({ action, channel }) => `${action} ${channel}`));
  }
  return { state, told };
}

const raised = { type: "raised" } as const;
const at = (minutes: number): Told => ({ type: "ticked", atMs: minutes * minute });

describe("an incident", () => {
  test("is told once, however often it is raised", () => {
    expect(story(raised, raised, raised)).toMatchObject({ told: [["trigger slack"], [], []], state: { count: 3 } });
  });

  test("goes from level to level as long as nobody acknowledges, each once and on time", () => {
    expect(story(raised, at(9), at(10), at(11), at(29), at(30), at(99)).told).toEqual([
      ["trigger slack"],
      [],
      ["trigger slack", "trigger pager"],
      [],
      [],
      ["trigger manager"],
      [],
    ]);
  });

  test("leaves out no level where somebody looked late", () => {
    expect(story(raised, at(45))).toMatchObject({
      told: [["trigger slack"], ["trigger slack", "trigger pager", "trigger manager"]],
      state: { told: 3, deadlineAtMs: null },
    });
  });

  test("waits for who acknowledged it, and goes on when they have had their time", () => {
    const { told } = story(raised, { type: "acknowledged", atMs: minute }, at(45), at(240), at(241));
    expect(told).toEqual([
      ["trigger slack"],
      ["acknowledge slack"],
      [],
      [],
      ["trigger slack", "trigger pager", "trigger manager"],
    ]);
  });

  test("ends after good news in a row, told to everyone who heard of it", () => {
    const good = { type: "recovered" } as const;
    expect(story(raised, at(10), good, raised, good, good)).toMatchObject({
      told: [["trigger slack"], ["trigger slack", "trigger pager"], [], [], [], ["resolve slack", "resolve pager"]],
      state: { status: "resolved" },
    });
  });

  test("is ended by a person at once, whatever good news is wanted", () => {
    expect(story(raised, at(10), { type: "resolved", atMs: 11 * minute }, at(30))).toMatchObject({
      told: [["trigger slack"], ["trigger slack", "trigger pager"], ["resolve slack", "resolve pager"], []],
      state: { status: "resolved", deadlineAtMs: null },
    });
  });

  test("tells what it is about, since when, and who took it", () => {
    const subject = { pipeline: "flights", dataset: "airports", runId: "r1" };
    const common = { id: "e", dedupKey: "dev/flights", severity: "error", summary: "it failed" } as const;
    const opened = decideIncident(policy, undefined, { ...common, type: "raised", atMs: 5, subject });
    const again = decideIncident(policy, opened.state, { ...common, id: "again", type: "raised", atMs: 6 });
    const taken = decideIncident(policy, again.state, { id: "f", type: "acknowledged", atMs: 7, by: "ann" });
    expect(taken.notifications).toEqual([
      {
        channel: "slack",
        action: "acknowledge",
        level: 0,
        dedupKey: "dev/flights",
        severity: "error",
        summary: "it failed",
        openedAtMs: 5,
        atMs: 7,
        count: 2,
        by: "ann",
        subject,
      },
    ]);
  });

  test("that is over opens anew", () => {
    const good = { type: "recovered" } as const;
    expect(story(raised, good, good, { ...raised, atMs: 60 * minute }).state).toMatchObject({
      status: "open",
      count: 1,
      deadlineAtMs: 70 * minute,
    });
  });

  test("that was a warning and becomes an error is told again", () => {
    expect(story({ ...raised, severity: "warning" }, raised, { ...raised, severity: "warning" })).toMatchObject({
      told: [["trigger slack"], ["trigger slack"], []],
      state: { severity: "error" },
    });
  });

  test("of which nobody knows has no good news", () => {
    expect(story({ type: "recovered" }, { type: "acknowledged" }, at(1))).toEqual({
      state: undefined,
      told: [[], [], []],
    });
  });

  test("is heard of by every channel of a level by its time, and its end by all of them, in any order of events", () => {
    const event = fc.record({
      type: fc.constantFrom<Told["type"]>("raised", "recovered", "acknowledged", "resolved", "ticked", "ticked"),
      gapMs: fc.integer({ min: 0, max: 20 * minute }),
    });
    fc.assert(
      fc.property(fc.array(event, { maxLength: 40 }), (steps) => {
        let atMs = 0;
        const events: Told[] = [raised];
        for (const { type, gapMs } of steps) {
          atMs += gapMs;
          events.push({ type, atMs });
        }
        const { state, told } = story(...events);
        const heard = new Set<string>();
        for (const line of told.flat()) {
          const [action, channel = ""] = line.split(" ");
          if (action === "trigger") heard.add(channel);
          else expect(heard).toContain(channel);
          if (action === "resolve") heard.delete(channel);
        }
        if (state?.status === "resolved") expect([...heard]).toEqual([]);
        if (state?.status === "open" && state.told < policy.levels.length) expect(state.deadlineAtMs).not.toBeNull();
      }),
    );
  });
});

describe("what an incident has to tell", () => {
  const raise = (id: string, atMs = 0): IncidentEvent => ({
    id,
    atMs,
    type: "raised",
    dedupKey: "dev/flights",
    severity: "error",
    summary: "it failed",
  });
  const opened = decideIncident(policy, undefined, raise("e"));

  test("stays in it until it was sent, and is sent again by whoever looks then", () => {
    expect(opened.state && incidentDueAtMs(opened.state)).toBe(2 * minute);
    const tick = (atMs: number) => decideIncident(policy, opened.state, { id: `t${atMs}`, atMs, type: "ticked" });
    expect(tick(2 * minute - 1).state).toBe(opened.state);
    const again = tick(2 * minute);
    expect(again.notifications).toEqual(opened.notifications);
    expect(again.state && incidentDueAtMs(again.state)).toBe(4 * minute);
    const keys = again.notifications.map(notificationKey);
    const sent = decideIncident(policy, again.state, { id: "s", atMs: 3 * minute, type: "told", keys }).state;
    expect(sent?.untold).toBeUndefined();
    expect(sent && incidentDueAtMs(sent)).toBe(10 * minute);
  });

  test("is no more for hearing the same event again, even when it is over", () => {
    expect(decideIncident(policy, opened.state, raise("e", 1))).toEqual({ state: opened.state, notifications: [] });
    const over = decideIncident(policy, opened.state, { id: "r", atMs: 5, type: "resolved", by: "ann" }).state;
    expect(decideIncident(policy, over, raise("e", 6)).state).toBe(over);
  });
});

describe("a policy", () => {
  test("whose levels do not come one after the other is refused", () => {
    const level = { afterMs: 0, channels: ["slack"] };
    expect(EscalationPolicy.safeParse({ levels: [level, level] }).error?.message).toContain(
      "later than the one before",
    );
  });
});
