import { custom, definePipeline, type Pipeline } from "@snowmelt/core/definition";
import { type JsonRecord, planRunGraph, type RunGraph, type RunState } from "@snowmelt/core/engine";
import { coreError } from "@snowmelt/core/errors";
import { memoryLogger } from "@snowmelt/core/ports";
import { openMemoryStores, runToEnd, type StageCall } from "@snowmelt/pipeline/engine";
import {
  type ChannelReach,
  defineChannel,
  defineStage,
  type Extensions,
  type StageDefinition,
  type StageWork,
} from "@snowmelt/pipeline/extensions";
import { openMemoryNotifyStores, openNotifier } from "@snowmelt/pipeline/notify";
import { openRuntime, type Runtime } from "@snowmelt/pipeline/runtime";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { type Landscape, openLandscape } from "../landscape.ts";
import { createPeople, peopleDataset } from "../must-hold/people.ts";
import { openStageOptions } from "./stage-options.ts";

let land: Landscape;
beforeAll(async () => {
  land = await openLandscape();
  await createPeople(land, "PEOPLE", 10);
});
afterAll(() => land[Symbol.asyncDispose]());

const Options = z.strictObject({ top: z.int().default(3) });
type Stage = StageDefinition<z.output<typeof Options>>;
const extensionsOf = (stage: Partial<Stage> & Pick<Stage, "start">): Extensions => ({
  stages: [defineStage({ name: "tops", options: Options, ...stage })],
});

const withTransform = (options: JsonRecord = {}, more: Partial<Pipeline> = {}): Pipeline =>
  definePipeline({
    ...land.pipeline({ people: peopleDataset("PEOPLE") }),
    transforms: { topPeople: custom("tops", options, { after: ["people"] }) },
    run: { stages: { transform: { attempts: 2, baseDelay: "1 second" } } },
    ...more,
  });

let runs = 0;
async function runAll(
  pipeline: Pipeline,
  runtime: Runtime,
  more: Partial<Parameters<typeof runToEnd>[0]> = {},
): Promise<RunState> {
  const stores = openMemoryStores();
  const options = await openStageOptions(land, { leases: stores.leases, definitions: [pipeline] });
  return runToEnd({
    stores,
    runners: runtime.stageRunners(options),
    runId: `transform-${++runs}`,
    trigger: { kind: "manual" },
    graph: soon(planRunGraph(pipeline, "local", { work: { kind: "live" } })),
    ...more,
  });
}

/** Asks for what was started at once, where a run would take a breath first. */
const soon = (graph: RunGraph): RunGraph => ({
  ...graph,
  tasks: graph.tasks.map((task) => ({
    ...task,
    stages: task.stages.map((stage) => (stage.name === "transform" ? { ...stage, firstLookMs: 20 } : stage)),
  })),
});
const runtimeOf = (pipeline: Pipeline, extensions: Extensions): Runtime =>
  openRuntime({ platform: pipeline.platform, extensions });

describe("a transform", () => {
  test("runs once its datasets have been published, is told where they lie, and ends with the run", async () => {
    const calls: StageWork<{ top: number }>[] = [];
    const looks: (string | null)[] = [];
    const pipeline = withTransform({ top: 5 });
    const runtime = runtimeOf(
      pipeline,
      extensionsOf({
        async start(work) {
          calls.push(work);
          const files = [];
          for await (const { key } of work.lake.list(`${work.tables.people?.path}/_delta_log/`)) files.push(key);
          expect(files.length).toBeGreaterThan(0);
          return { kind: "started", externalId: `job of ${work.key}` };
        },
        async observe(_, externalId) {
          looks.push(externalId);
          return looks.length < 2
            ? { kind: "running", externalId: externalId ?? "" }
            : { kind: "succeeded", result: { rows: 5 } };
        },
      }),
    );
    runtime.check(pipeline);
    const state = await runAll(pipeline, runtime);
    expect(state.status).toBe("succeeded");
    expect(state.tasks.topPeople?.results).toMatchObject({
      transform: { rows: 5 },
      publish: { transform: "topPeople", outcome: "succeeded" },
    });
    expect(calls).toHaveLength(1);
    expect(calls[0]).toMatchObject({
      transform: "topPeople",
      pipeline: "p",
      environment: "local",
      options: { top: 5 },
      tables: { people: { uri: `${land.store.uri}/raw/people`, path: "raw/people", land: "delta" } },
    });
    expect(looks).toEqual([`job of ${calls[0]?.key}`, `job of ${calls[0]?.key}`]);
  }, 30_000);

  test.each([new Error("the connection was closed"), coreError("RETRIES_EXHAUSTED", "No answer came.")])(
    "that gave no answer when it was begun is asked for, and not begun twice: %s",
    async (error) => {
      let begun = 0;
      const pipeline = withTransform();
      const state = await runAll(
        pipeline,
        runtimeOf(
          pipeline,
          extensionsOf({
            async start() {
              begun++;
              throw error;
            },
            observe: async (_, externalId) => ({ kind: "succeeded", result: { known: externalId } }),
          }),
        ),
      );
      expect([state.status, begun, state.tasks.topPeople?.results.transform]).toEqual([
        "succeeded",
        1,
        { known: null },
      ]);
    },
  );

  test("has a receipt: a repeat under its key does nothing again", async () => {
    let begun = 0;
    const pipeline = withTransform();
    const runtime = runtimeOf(
      pipeline,
      extensionsOf({ start: async () => ({ kind: "succeeded", result: { begun: ++begun } }) }),
    );
    const options = await openStageOptions(land, { leases: openMemoryStores().leases, definitions: [pipeline] });
    const { transform } = runtime.stageRunners(options);
    const graph = planRunGraph(pipeline, "local", { work: { kind: "live" } });
    const work = graph.tasks.find(({ name }) => name === "topPeople")?.work ?? {};
    const about = { key: "r/topPeople/transform/1", task: "topPeople", stage: "transform", work } as const;
    const start = {
      ...about,
      type: "start",
      resource: "x",
      fence: null,
      results: {},
      position: null,
      timeoutAtMs: null,
    } as const;
    const call: StageCall = {
      runId: "r",
      pipeline: "p",
      environment: "local",
      definitionHash: graph.definitionHash,
      deadlineAtMs: Number.POSITIVE_INFINITY,
      signal: new AbortController().signal,
    };
    expect(await transform.start(start, call)).toEqual({ kind: "succeeded", result: { begun: 1 } });
    expect(await transform.start(start, call)).toEqual({ kind: "succeeded", result: { begun: 1 } });
    expect(await transform.observe?.({ ...about, type: "observe", externalId: null }, call)).toEqual({
      is: "succeeded",
      result: { begun: 1 },
    });
  });

  test.each([
    [
      "says that it failed",
      async () => ({ kind: "failed", message: "no room", retryable: false }) as const,
      1,
      "STAGE_FAILED",
      "no room",
    ],
    [
      "throws",
      async () => {
        throw new TypeError("no such thing");
      },
      2,
      "UNEXPECTED",
      "no such thing",
    ],
    [
      "was started and cannot be asked",
      async () => ({ kind: "started", externalId: "1" }) as const,
      1,
      "STAGE_FAILED",
      "has no observe",
    ],
    ["answers nothing", (async () => undefined) as never, 1, "STAGE_FAILED", "answered what it may not"],
  ] as [string, Stage["start"], number, string, string][])(
    "that %s fails, by itself and in clear words",
    async (_, begin, tries, code, message) => {
      let calls = 0;
      const pipeline = withTransform();
      const start: Stage["start"] = (work) => {
        calls++;
        return begin(work);
      };
      const state = await runAll(pipeline, runtimeOf(pipeline, extensionsOf({ start })));
      expect([state.status, state.tasks.people?.status, calls]).toEqual(["partial", "succeeded", tries]);
      expect(state.tasks.topPeople?.failure).toMatchObject({ code, message: expect.stringContaining(message) });
    },
    30_000,
  );

  test("whose code is not where it runs fails with the names that are", async () => {
    const pipeline = withTransform();
    const other = defineStage({ name: "others", options: Options, start: async () => ({ kind: "succeeded" }) });
    const state = await runAll(pipeline, runtimeOf(pipeline, { stages: [other] }));
    expect(state.tasks.topPeople?.failure).toMatchObject({
      code: "EXTENSION_UNKNOWN",
      message: expect.stringContaining(
        'No code was given for the stage custom("tops") of topPeople; there is some for: others.',
      ),
    });
    expect(() => runtimeOf(pipeline, { stages: [other] }).check(pipeline)).toThrow(
      'transforms.topPeople.name: there is no stage of your own called "tops"',
    );
  });
});

test("a run of one process says that it would leave a transform out, and does not begin", async () => {
  const pipeline = withTransform();
  const extensions = extensionsOf({ start: async () => ({ kind: "succeeded" }) });
  await expect(land.run(pipeline, { extensions })).rejects.toMatchObject({
    code: "PLAN_REFUSED",
    message: expect.stringContaining("transforms.topPeople of the pipeline p would be left out"),
  });
  const two = definePipeline({
    ...land.pipeline({ people: peopleDataset("PEOPLE"), again: peopleDataset("PEOPLE") }),
    transforms: { both: custom("tops", {}, { after: ["people", "again"] }) },
  });
  expect(await land.run(two, { extensions, datasets: ["again"] })).toMatchObject({ status: "succeeded" });
});

test("a channel of one's own hears of a run that failed", async () => {
  const heard: unknown[] = [];
  const teams = defineChannel({
    name: "teams",
    options: z.strictObject({ room: z.string(), token: z.strictObject({ secret: z.string() }) }),
    open: ({ room, token }, { secrets }) => ({
      isGathered: false,
      async deliver({ alert }) {
        heard.push([room, (await secrets.get(token)).reveal(), alert.action, alert.dedupKey]);
        return { kind: "delivered" };
      },
    }),
  });
  const broken = defineChannel({
    name: "broken",
    options: z.strictObject({}),
    open: () => ({
      isGathered: false,
      deliver: async () => {
        throw new TypeError("hunter2");
      },
    }),
  });
  const { platform } = land.pipeline({ people: peopleDataset("PEOPLE") });
  const alerting = {
    ...platform,
    alerts: {
      channels: {
        team: custom("teams", { room: "data", token: { secret: "test:password" } }),
        other: custom("broken"),
      },
      escalation: [{ channels: ["team", "other"] }],
    },
  };
  const pipeline = withTransform({}, { platform: alerting } as never);
  const failing = extensionsOf({ start: async () => ({ kind: "failed", message: "no room", retryable: false }) });
  expect(() => openRuntime({ platform: pipeline.platform, extensions: failing })).toThrow(
    "platform.alerts.channels.team.name: no channel of your own is known here",
  );
  const runtime = runtimeOf(pipeline, { ...failing, channels: [teams, broken] });
  const reach: ChannelReach = { secrets: land.secrets, post: async () => ({ kind: "forbidden", reason: "nowhere" }) };
  const none = { kind: "delivered" } as const;
  const channels = runtime.channels("local", {
    ...reach,
    topics: { publish: async () => none },
    alertBus: { put: async () => none },
  });
  const logger = memoryLogger();
  const notifier = openNotifier({ environment: "local", channels, store: openMemoryNotifyStores().channels, logger });
  const outcomes: unknown[] = [];
  const state = await runAll(pipeline, runtime, {
    policyOf: async () => ({
      levels: [{ afterMs: 0, channels: ["team", "other"] }],
      goodsToResolve: 1,
      acknowledgedForMs: 1000,
    }),
    notify: async (notification) => {
      outcomes.push(...(await notifier.notify([notification])));
    },
  });
  expect(state.status).toBe("partial");
  expect(heard).toEqual([["data", land.server.password, "trigger", expect.stringContaining("topPeople")]]);
  expect(JSON.stringify([outcomes, logger.records])).toContain("its code threw TypeError");
  expect(JSON.stringify([outcomes, logger.records])).not.toContain("hunter2");
});
