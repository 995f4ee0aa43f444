import { custom, definePlatform, definitionHash, type Pipeline, parseDefinition } from "@snowmelt/core/definition";
import { isSnowmeltError } from "@snowmelt/core/errors";
import { describe, expect, test } from "vitest";
import { decide, planRunGraph, RunGraph, RunRequest, runIdOf, stageNames, TaskWork } from "../../src/engine/index.ts";
import { airports, flights, platform } from "../flights.ts";

const minute = 60_000;
const hour = 60 * minute;
const live = { work: { kind: "live" } } as const;

function pipeline(more: Readonly<Record<string, unknown>> = {}): Pipeline {
  return parseDefinition({ apiVersion: 1, name: "flights", platform, datasets: { flights, airports }, ...more });
}
const prod = definePlatform({
  name: "acme",
  environments: {
    prod: {
      snowflake: platform.environments.dev?.snowflake ?? {
        account: "",
        auth: { kind: "oauth", token: { secret: "" } },
      },
      lake: { root: "s3://acme-lake/tables", stage: "ACME.LAKE.TABLES" },
      run: { maxActive: 16, stages: { land: { attempts: 7 } } },
    },
  },
});
const plan = (definition: Pipeline, request: Parameters<typeof planRunGraph>[2] = live, environment = "dev") =>
  planRunGraph(definition, environment, request);
function stage(graph: RunGraph, name: string, task = 0) {
  return graph.tasks[task]?.stages.find((each) => each.name === name);
}
function refusalOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (isSnowmeltError(error, "RUN_REQUEST_REFUSED")) return error.message;
    throw error;
  }
  return "";
}

describe("the graph of a run", () => {
  test("has a task for each dataset, which wait for nothing and are claimed each by itself", () => {
    const definition = pipeline();
    const graph = plan(definition);
    expect(graph.definitionHash).toBe(definitionHash(definition));
    expect(graph).toMatchObject({ pipeline: "flights", environment: "dev", maxActive: 8 });
    expect(graph.tasks.map(({ name, after, resource, work }) => ({ name, after, resource, work }))).toEqual([
      {
        name: "flights",
        after: [],
        resource: "dev/flights/flights",
        work: { kind: "dataset", dataset: "flights", purpose: { kind: "live" } },
      },
      {
        name: "airports",
        after: [],
        resource: "dev/flights/airports",
        work: { kind: "dataset", dataset: "airports", purpose: { kind: "live" } },
      },
    ]);
    expect(graph.tasks[0]?.stages.map(({ name }) => name)).toEqual([
      "claim",
      "extract",
      "land",
      "verify",
      "check",
      "commit",
      "catalog",
      "publish",
    ]);
  });

  test("is the same for the same definition and request, and survives JSON", () => {
    const graph = plan(pipeline());
    expect(plan(pipeline())).toEqual(graph);
    expect(RunGraph.parse(JSON.parse(JSON.stringify(graph)))).toEqual(graph);
    for (const { work } of graph.tasks) expect(TaskWork.parse(work)).toEqual(work);
  });

  test("stops any stage but a commit, and asks each at least as often as it may take", () => {
    for (const { stages } of plan(pipeline()).tasks) {
      for (const { name, isStoppable, timeoutMs, pollMs, giveUpMs } of stages) {
        expect([name, isStoppable]).toEqual([name, name !== "commit"]);
        expect(pollMs).toBeLessThan(timeoutMs);
        expect(giveUpMs).toBeGreaterThanOrEqual(timeoutMs);
      }
    }
  });

  test("gives a query longer where Snowflake may write the files itself", () => {
    const unloading = plan(pipeline({ platform: prod, datasets: { airports } }), live, "prod");
    expect(stage(unloading, "extract")?.timeoutMs).toBe(12 * hour);
    expect(stage(plan(pipeline()), "extract")?.timeoutMs).toBe(2 * hour);
    const streamed = { airports: { ...airports, extract: { route: "stream" } } };
    expect(stage(plan(pipeline({ platform: prod, datasets: streamed }), live, "prod"), "extract")?.timeoutMs).toBe(
      2 * hour,
    );
  });

  test("takes the settings of the environment, the pipeline's upon them, and its own for the environment upon both", () => {
    const run = {
      maxActive: 4,
      stages: { land: { timeout: "10 minutes", baseDelay: "10 minutes" } },
      environments: { prod: { maxActive: 2, stages: { extract: { timeout: "1 day" } } } },
    };
    const graph = plan(pipeline({ platform: prod, datasets: { airports }, run }), live, "prod");
    expect(graph.maxActive).toBe(2);
    expect(stage(graph, "land")).toMatchObject({
      timeoutMs: 10 * minute,
      retry: { attempts: 7, baseDelayMs: 10 * minute, maxDelayMs: 10 * minute },
    });
    expect(stage(graph, "extract")).toMatchObject({ timeoutMs: 24 * hour, giveUpMs: 24 * hour });
    expect(plan(pipeline({ run: { ...run, environments: {} } })).maxActive).toBe(4);
  });

  test("holds the datasets that were asked for alone", () => {
    const graph = plan(pipeline(), { ...live, datasets: ["airports"], maxActive: 1 });
    expect([graph.tasks.map(({ name }) => name), graph.maxActive]).toEqual([["airports"], 1]);
  });

  test("tells a refresh from a live run", () => {
    const { tasks } = plan(pipeline(), { work: { kind: "refresh" }, datasets: ["flights"] });
    expect(tasks[0]?.work).toEqual({ kind: "dataset", dataset: "flights", purpose: { kind: "refresh" } });
  });

  test("goes through the engine to its end", () => {
    const graph = plan(pipeline(), { ...live, datasets: ["airports"] });
    let { state, commands } = decide(graph, undefined, {
      type: "requested",
      id: "e0",
      runId: "r",
      atMs: 1,
      trigger: {},
    });
    for (let n = 1; commands[0]?.type === "start"; n++) {
      const { key, work } = commands[0];
      expect(work).toEqual(graph.tasks[0]?.work);
      ({ state, commands } = decide(graph, state, {
        type: "succeeded",
        id: `e${n}`,
        runId: "r",
        atMs: n,
        key,
        result: {},
      }));
    }
    expect(state.status).toBe("succeeded");
  });
});

describe("a backfill", () => {
  const slices = [
    { lo: "0", hi: "10" },
    { lo: "10", hi: "20" },
  ];
  const backfill = { kind: "backfill", dataset: "flights", backfillId: "b1", slices } as const;

  test("has a task for each slice, on a resource of its own, one after the other unless told otherwise", () => {
    const graph = plan(pipeline(), { work: backfill });
    expect(graph.maxActive).toBe(1);
    expect(graph.tasks.map(({ name, after, resource }) => ({ name, after, resource }))).toEqual([
      { name: "flights.b1.1", after: [], resource: "dev/flights/flights/backfill/b1/0_10" },
      { name: "flights.b1.2", after: [], resource: "dev/flights/flights/backfill/b1/10_20" },
    ]);
    expect(graph.tasks[1]?.work).toEqual({
      kind: "dataset",
      dataset: "flights",
      purpose: { kind: "slice", slice: { backfillId: "b1", number: 2, of: 2, window: { lo: "10", hi: "20" } } },
    });
    expect(plan(pipeline(), { work: backfill, maxActive: 3 }).maxActive).toBe(3);
  });

  test("is refused where there is no cursor, for other datasets, and with a slice twice", () => {
    const of = (work: object, more = {}) =>
      refusalOf(() => plan(pipeline(), { work: { ...backfill, ...work }, ...more }));
    expect(of({ dataset: "airports" })).toContain("airports has no cursor");
    expect(of({}, { datasets: ["flights", "airports"] })).toContain("expected flights alone, got flights, airports");
    expect(of({ slices: [slices[0], slices[0]] })).toContain("have to differ");
    expect(of({ dataset: "flihgts" })).toContain('no dataset "flihgts"; known are flights, airports');
  });

  test("of more slices than a run holds is refused with what to do", () => {
    const many = Array.from({ length: 1001 }, (_, at) => ({ lo: `${at}`, hi: `${at + 1}` }));
    const parsed = RunRequest.safeParse({
      pipeline: "flights",
      environment: "dev",
      cause: { kind: "manual", by: "ann", requestId: "1" },
      work: { ...backfill, slices: many },
    });
    expect(parsed.error?.issues[0]?.message).toContain("cut the range into longer slices");
  });
});

describe("transforms", () => {
  const transforms = { dailyDelays: custom("delays", { top: 3 }, { after: ["flights"] }) };

  test("come after their datasets, carried out by the extension they name", () => {
    const graph = plan(pipeline({ transforms }));
    expect(graph.tasks[2]).toMatchObject({
      name: "dailyDelays",
      after: ["flights"],
      resource: "dev/flights/dailyDelays",
      work: { kind: "transform", transform: "dailyDelays", extension: "delays", options: { top: 3 } },
    });
    expect(graph.tasks[2]?.stages.map(({ name }) => name)).toEqual(["claim", "transform", "publish"]);
  });

  test("are left for the next run where one of their datasets is left out, and no part of a backfill", () => {
    expect(plan(pipeline({ transforms }), { ...live, datasets: ["airports"] }).tasks).toHaveLength(1);
    const work = { kind: "backfill", dataset: "flights", backfillId: "b", slices: [{ lo: "0", hi: "1" }] } as const;
    expect(plan(pipeline({ transforms }), { work }).tasks).toHaveLength(1);
  });
});

test("a request names what the definition has", () => {
  expect(refusalOf(() => plan(pipeline(), live, "prd"))).toContain('no environment "prd"; known are dev');
  expect(refusalOf(() => plan(pipeline(), { ...live, datasets: ["x"] }))).toContain('no dataset "x"');
});

test("every stage has a place among the defaults", () => {
  const known = Object.fromEntries(stageNames.map((name) => [name, { attempts: 2 }]));
  expect(stage(plan(pipeline({ run: { stages: known } })), "claim")?.retry.attempts).toBe(2);
});

describe("a run's id", () => {
  const request = (cause: unknown) =>
    RunRequest.parse({ pipeline: "flights", environment: "dev", cause: cause as RunRequest["cause"] });
  const due = (scheduledAt: string, schedule = "every-15-minutes") => ({ kind: "schedule", schedule, scheduledAt });

  test("is the same for the same cause, however it is told", () => {
    const first = request(due("2026-11-23T06:00:00Z"));
    expect(runIdOf(first)).toMatch(/^flights\.[0-9a-f]{20}$/);
    expect(runIdOf(request(due("2026-11-23T07:00:00.000+01:00")))).toBe(runIdOf(first));
    const asked = (by: string) => request({ kind: "manual", by, requestId: "01J" });
    expect(runIdOf(asked("ann"))).toBe(runIdOf(asked("ben")));
  });

  test("differs by pipeline, environment, schedule, moment, object, its version, and upstream run", () => {
    const object = (key: string, version: string) => ({ kind: "object", bucket: "drops", key, version });
    const ids = [
      due("2026-11-23T06:00:00Z"),
      due("2026-11-23T06:15:00Z"),
      due("2026-11-23T06:00:00Z", "every-1-hour"),
      object("a", "1"),
      object("a", "2"),
      object("b", "1"),
      { kind: "after", pipeline: "orders", runId: "orders.1" },
      { kind: "after", pipeline: "orders", runId: "orders.2" },
      { kind: "manual", by: "ann", requestId: "1" },
    ].map((cause) => runIdOf(request(cause)));
    const base = request(due("2026-11-23T06:00:00Z"));
    ids.push(runIdOf({ ...base, environment: "prod" }), runIdOf({ ...base, pipeline: "orders" }));
    expect(new Set(ids).size).toBe(11);
  });
});
