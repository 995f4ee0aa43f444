import type { RunEvent, StageName } from "@snowmelt/core/engine";
import { manualClock, seededRandom } from "@snowmelt/core/ports";
import { type CommandMessage, openEngine, openMemoryStores, refuseUnwired } from "@snowmelt/pipeline/engine";
import { expect, test } from "vitest";
import { graphOf } from "./graph.ts";

test.each(["train", "evaluate", "deploy", "watch"] as const satisfies readonly StageName[])(
  "a run that asks for %s, which no function carries out, fails at once and says so; the others are sent",
  async (stage) => {
    const sent: CommandMessage[] = [];
    const told: RunEvent[] = [];
    const stores = openMemoryStores();
    const clock = manualClock(1_795_000_000_000);
    const carrier = refuseUnwired(
      { send: async (message) => void sent.push(message) },
      { isWired: (each) => each === "land", tell: async (event) => void told.push(event), clock },
    );
    const engine = openEngine({
      stores,
      carrier,
      clock,
      random: seededRandom(1),
      planGraph: async () => graphOf(["land", stage]),
      policyOf: async () => ({ levels: [{ afterMs: 0, channels: ["x"] }], goodsToResolve: 1, acknowledgedForMs: 1 }),
      notify: async () => undefined,
      announce: async () => undefined,
    });
    const atMs = clock.nowMs();
    await engine.handle({ id: "asked", type: "requested", runId: "r", atMs, trigger: { kind: "manual" } });
    expect([sent.map(({ command }) => command.stage), told]).toEqual([["land"], []]);
    const key = sent[0]?.command.key ?? "";
    await engine.handle({ id: "landed", type: "succeeded", runId: "r", key, atMs, result: {} });
    expect(sent).toHaveLength(1);
    expect(told).toHaveLength(1);
    for (const event of told) await engine.handle(event);
    const run = await stores.runs.read("r");
    expect([run?.state.status, run?.state.tasks.flights?.failure]).toEqual([
      "failed",
      {
        code: "STAGE_UNAVAILABLE",
        message: `${stage} of flights cannot be carried out: no function carries out ${stage}.`,
        retryable: false,
      },
    ]);
  },
);
