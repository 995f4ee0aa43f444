import { join } from "node:path";
import { dataset, delta, full, table } from "@snowmelt/core/definition";
import { decide, type RunState } from "@snowmelt/core/engine";
import { isComplete } from "@snowmelt/core/quality";
import { sourceTable } from "@snowmelt/core/types";
import { openFileStore } from "@snowmelt/lake/store";
import { type EngineStores, openFileStores, storeEvent } from "@snowmelt/pipeline/engine";
import { afterEach, beforeEach, expect, test } from "vitest";
import { accountsPipeline, changeAccounts, createAccounts, expectSourceInLake } from "./crash/accounts.ts";
import { runChild } from "./crash/start-child.ts";
import { type Landscape, openLandscape } from "./landscape.ts";

let land: Landscape;
beforeEach(async () => {
  land = await openLandscape();
  for (const name of ["A", "B"])
    await land.sql(
      `CREATE TABLE ${name} (ID NUMBER(38,0) NOT NULL, NAME VARCHAR(100))`,
      `INSERT INTO ${name} VALUES (1, 'one'), (2, NULL)`,
    );
});
afterEach(() => land[Symbol.asyncDispose]());

const sourceOf = (name: string) =>
  sourceTable({
    kind: "table",
    database: "AVIATION",
    schema: "PUBLIC",
    name,
    columns: [
      ["ID", "NUMBER(38,0) NOT NULL"],
      ["NAME", "VARCHAR(100)"],
    ],
  });
const plain = (name: string) => dataset({ source: table(sourceOf(name)), sync: full(), land: delta() });
const named = (name: string) =>
  dataset({ source: table(sourceOf(name)), sync: full(), land: delta(), quality: [isComplete("NAME")] });

/** As another process sees them. */
const openStores = (): EngineStores => openFileStores(openFileStore(join(land.directory, "state", "engine")));

async function runsOf({ runs }: EngineStores): Promise<RunState[]> {
  const states: RunState[] = [];
  for await (const state of runs.list()) states.push(state);
  return states;
}

/** A run's state is what its audit trail makes of its graph. */
async function expectExplained({ runs }: EngineStores, runId: string): Promise<void> {
  const stored = await runs.read(runId);
  if (!stored) throw new Error(`there is no run ${runId}`);
  let state: RunState | undefined;
  for await (const { event } of runs.audit(runId)) state = decide(stored.graph, state, event).state;
  expect(state).toEqual(stored.state);
}

test("a run is in the run store under its id, stage by stage, and its state is what its audit trail says", async () => {
  const { runId, datasets } = await land.run(land.pipeline({ a: plain("A"), b: plain("B") }));
  expect(datasets).toMatchObject([{ outcome: "committed" }, { outcome: "committed" }]);
  const stores = openStores();
  const states = await runsOf(stores);
  expect(states).toMatchObject([{ runId, status: "succeeded", pipeline: "p", environment: "local" }]);
  expect(states[0]?.trigger).toMatchObject({ cause: { kind: "manual" }, work: { kind: "live" }, datasets: ["a", "b"] });
  expect(Object.keys(states[0]?.tasks.a?.results ?? {}).sort()).toEqual(
    ["catalog", "check", "claim", "commit", "extract", "land", "publish", "verify"].sort(),
  );
  expect(states[0]?.tasks.b?.results).toMatchObject({
    extract: { queryId: datasets[1]?.queryId },
    commit: { outcome: "committed", version: 0 },
    publish: { outcome: "committed", inserted: 2 },
  });
  await expectExplained(stores, runId);
  expect(await stores.runs.pending(Date.now() + 3_600_000, { limit: 10 }), "nothing waits").toEqual([]);
});

test("a dataset that fails is a task that failed for the same reason, and stops no other", async () => {
  const pipeline = land.pipeline({ a: named("A"), b: plain("B"), c: plain("MISSING") });
  const { runId, datasets } = await land.run(pipeline);
  expect(datasets.map(({ dataset: name, outcome }) => [name, outcome])).toEqual([
    ["c", "failed"],
    ["a", "failed"],
    ["b", "committed"],
  ]);
  const stores = openStores();
  const [state] = await runsOf(stores);
  expect(state).toMatchObject({ status: "partial", tasks: { b: { status: "succeeded" } } });
  for (const { dataset: name, failure } of datasets.slice(0, 2))
    expect(state?.tasks[name]).toMatchObject({
      status: "failed",
      failure: { code: failure?.code, message: failure?.message },
    });
  await expectExplained(stores, runId);
});

test("a run that was killed is ended by the next one, which lands its window, and what came since in a run of its own", async () => {
  await createAccounts(land, 500);
  const pipeline = accountsPipeline(land);
  expect((await land.run(pipeline)).status).toBe("succeeded");
  await changeAccounts(land);
  const killAt = { kind: "stageStarted", stage: "commit" };
  expect(await runChild(land, pipeline, { killAt })).toEqual({ kind: "killed" });
  const stores = openStores();
  const killed = (await runsOf(stores)).find(({ status }) => status === "running");
  expect(killed?.tasks.accounts?.active?.name).toBe("commit");
  await changeAccounts(land);
  const { runId, datasets } = await land.run(pipeline);
  expect(datasets).toMatchObject([{ laneVersion: 2 }, { laneVersion: 3 }]);
  await expectSourceInLake(land);
  const byId = new Map((await runsOf(stores)).map((state) => [state.runId, state.status]));
  expect(byId.get(killed?.runId ?? "")).toBe("cancelled");
  expect(byId.get(runId)).toBe("succeeded");
  expect(byId.get(`${runId}-since`)).toBe("succeeded");
  for (const id of byId.keys()) await expectExplained(stores, id);
}, 120_000);

test("a cancel that is stored by another process ends the run, and nothing half-done is visible", async () => {
  const { runs } = openStores();
  let cancelled: Promise<unknown> | undefined;
  const { runId, datasets } = await land.run(land.pipeline({ a: plain("A"), b: plain("B") }), {
    onEvent(event) {
      if (event.kind !== "stageStarted" || event.stage !== "land" || cancelled) return;
      const about = { id: "cancelled-by-hand", type: "cancelled", runId: event.runId, by: "a person" } as const;
      cancelled = storeEvent(runs, { ...about, atMs: Date.now() });
    },
  });
  expect(await cancelled).toMatchObject({ kind: "done" });
  expect(datasets).toMatchObject([
    { dataset: "a", outcome: "failed", failure: { code: "ABORTED" } },
    { dataset: "b", outcome: "failed", failure: { code: "ABORTED" } },
  ]);
  const stores = openStores();
  expect(await runsOf(stores)).toMatchObject([{ status: "cancelled" }]);
  await expectExplained(stores, runId);
  expect((await land.run(land.pipeline({ a: plain("A"), b: plain("B") }))).status).toBe("succeeded");
});
