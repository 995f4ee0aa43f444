import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RunGraph, type StageName } from "@snowmelt/core/engine";
import { openFileStore } from "@snowmelt/lake/store";
import { openAwsEmulators } from "@snowmelt/local/aws";
import { openDynamoStores, planEngineTable } from "@snowmelt/pipeline/aws";
import { type EngineStores, openFileStores, runToEnd, type StageRunner } from "@snowmelt/pipeline/engine";
import { writeRelease } from "@snowmelt/pipeline/release";
import { beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { commandLine } from "../../test/command-line.ts";

const stages: readonly StageName[] = ["land", "commit"];
const graph = RunGraph.parse({
  pipeline: "flights",
  environment: "dev",
  definitionHash: "abcdef0123456789",
  maxActive: 4,
  dispatchMs: 10_000,
  pauseReminderMs: 3_600_000,
  tasks: ["flights", "airports"].map((name) => ({
    name,
    after: [],
    resource: `dev/${name}`,
    stages: stages.map((stage) => ({
      name: stage,
      retry: { attempts: 2, baseDelayMs: 0, maxDelayMs: 0 },
      timeoutMs: 60_000,
      pollMs: 60_000,
      giveUpMs: 3_600_000,
      isStoppable: stage !== "commit",
    })),
  })),
});
const done: StageRunner = { start: async () => ({ kind: "succeeded", result: {} }) };
const failing: StageRunner = {
  start: async ({ task }) =>
    task === "airports"
      ? { kind: "failed", failure: { code: "VALUE_OUT_OF_RANGE", message: "IATA of row 7", retryable: false } }
      : { kind: "succeeded", result: {} },
};
const trigger = { cause: { kind: "manual", by: "ann", requestId: "1" } };

/** `good` has succeeded, `bad` has failed in part. */
async function play(stores: EngineStores): Promise<void> {
  await runToEnd({ stores, graph, trigger, runId: "good", runners: { land: done, commit: done } });
  await runToEnd({ stores, graph, trigger, runId: "bad", runners: { land: failing, commit: done } });
}

let state: string;
let stores: EngineStores;
beforeEach(async () => {
  state = await mkdtemp(join(tmpdir(), "runs-"));
  onTestFinished(() => rm(state, { recursive: true, force: true }));
  stores = openFileStores(openFileStore(join(state, "engine")));
});

describe("runs", () => {
  test("lists runs, the newest first, by status and pipeline; --json is one document", async () => {
    await play(stores);
    const { code, out, err } = await commandLine(["runs", "--state", state]);
    expect([code, err]).toEqual([0, ""]);
    const lines = out.split("\n");
    expect(lines[0]).toMatch(/^run +status +pipeline +environment +began +took +tasks$/);
    expect(lines[1]).toMatch(/^bad +partial +flights +dev +20\S+ \S+ UTC +\S+ \S+ +1 of 2, 1 failed$/);
    expect(lines[2]).toMatch(/^good +succeeded +flights +dev .* 2 of 2$/);
    const failed = await commandLine(["runs", "--state", state, "--status", "partial", "--json"]);
    expect(JSON.parse(failed.out)).toMatchObject([{ runId: "bad", status: "partial" }]);
    const none = await commandLine(["runs", "--state", state, "--pipeline", "other"]);
    expect(none.out).toBe(`There is no such run in ${join(state, "engine")}.\n`);
  });

  test("shows a run: its tasks, why one failed, and what happened", async () => {
    await play(stores);
    const { out } = await commandLine(["runs", "bad", "--state", state]);
    expect(out).toMatch(/^bad {2}partial\n/);
    expect(out).toMatch(/asked for by +manual ann 1\n/);
    expect(out).toMatch(/airports +failed +– +– +– +VALUE_OUT_OF_RANGE: IATA of row 7\n/);
    expect(out).toMatch(/ 1 {2}requested → start land, start land\n/);
    const shown = JSON.parse((await commandLine(["runs", "bad", "--state", state, "--json"])).out);
    expect(shown).toMatchObject({ state: { runId: "bad" }, graph: { pipeline: "flights" } });
    expect(shown.audit).toHaveLength(shown.state.version);
  });

  test("follows a run until it has ended, and ends as it did", async () => {
    const released = Promise.withResolvers<void>();
    const slow: StageRunner = {
      async start() {
        await released.promise;
        return { kind: "succeeded", result: {} };
      },
    };
    const ended = runToEnd({ stores, graph, trigger, runId: "live", runners: { land: slow, commit: done } });
    await vi.waitFor(async () => expect(await stores.runs.read("live")).toBeDefined());
    const watched = commandLine(["runs", "--state", state, "--watch"]);
    released.resolve();
    await ended;
    const { code, out } = await watched;
    expect(code).toBe(0);
    expect(out).toMatch(/requested[\s\S]*commit of flights succeeded[\s\S]*\nlive {2}succeeded\n/);
    await play(stores);
    expect((await commandLine(["runs", "bad", "--state", state, "--watch"])).code).not.toBe(0);
  });
});

describe("cancel, pause, resume and retry", () => {
  test("are heard by the process that runs", async () => {
    const begun = Promise.withResolvers<void>();
    const hanging: StageRunner = {
      start: (_, { signal }) =>
        new Promise((_resolve, reject) => {
          begun.resolve();
          signal.addEventListener("abort", () => reject(signal.reason));
        }),
    };
    const ended = runToEnd({ stores, graph, trigger, runId: "live", runners: { land: hanging, commit: done } });
    await begun.promise;
    const paused = await commandLine(["pause", "live", "--state", state, "--by", "ann"]);
    expect(paused.out).toMatch(/^live: paused by ann; it is paused\./);
    expect((await commandLine(["resume", "live", "--state", state])).code).toBe(0);
    expect((await commandLine(["resume", "live", "--state", state])).err).toMatch(/left as it is: the run is running/);
    expect((await commandLine(["cancel", "live", "--state", state])).out).toMatch(/it is cancelling/);
    expect((await ended).status).toBe("cancelled");
    const { out } = await commandLine(["runs", "live", "--state", state]);
    expect(out).toMatch(/paused by ann[\s\S]*resumed by[\s\S]*cancelled by/);
  });

  test("say what is wrong: no such run, two places, a run of this machine that has ended, an unknown status", async () => {
    await play(stores);
    const say = async (...argv: string[]) => {
      const { code, err } = await commandLine([...argv, "--state", state]);
      return [code, err.replaceAll(/\s+/g, " ")];
    };
    expect(await say("cancel", "gone")).toEqual([2, expect.stringContaining("There is no run gone in")]);
    expect(await say("runs", "gone")).toEqual([2, expect.stringContaining("There is no run gone in")]);
    expect(await say("runs", "--table", "t")).toEqual([2, expect.stringContaining("--state or --table, not both")]);
    expect(await say("retry", "bad")).toEqual([8, expect.stringContaining("`snowmelt run` of its pipeline")]);
    expect(await say("cancel", "good")).toEqual([8, expect.stringContaining("left as it is")]);
    expect(await say("runs", "--status", "odd")).toEqual([2, expect.stringContaining("Expected one of running")]);
  });
});

test("runs of a deployment are in its table, and a retry waits there for its functions", {
  timeout: 60_000,
}, async () => {
  await using aws = await openAwsEmulators();
  const { endpoint, region, credentials } = aws;
  const { DeletionProtectionEnabled: _, SSESpecification: __, ...create } = planEngineTable("engine").create;
  const headers = { "content-type": "application/x-amz-json-1.0", "x-amz-target": "DynamoDB_20120810.CreateTable" };
  await fetch(endpoint, { method: "POST", headers, body: JSON.stringify(create) });
  await using deployed = openDynamoStores({ table: "engine", endpoint, region, credentials });
  await play(deployed);
  vi.stubEnv("AWS_ACCESS_KEY_ID", credentials.accessKeyId);
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", credentials.secretAccessKey);
  onTestFinished(() => void vi.unstubAllEnvs());
  const variables = { AWS_REGION: region, AWS_ENDPOINT_URL: endpoint };
  const config = { noColor: true, forceColor: false, dumbTerminal: false, variables, lake: {} };
  const ask = (...argv: string[]) => commandLine([...argv, "--table", "engine"], { config });
  await play(stores);
  const same = (text: string) => text.replaceAll(/20\S+ \S+ UTC +\S+ m?s/g, "WHEN").replaceAll(/ +/g, " ");
  expect(same((await ask("runs")).out)).toBe(same((await commandLine(["runs", "--state", state])).out));
  const retried = await ask("retry", "bad", "--by", "ann");
  expect(retried.out).toMatch(/^bad: retried by ann; it is running\. What follows is done by the functions/);
  const waiting = await deployed.runs.pending(Date.now() + 600_000, { limit: 9, runId: "bad" });
  expect(waiting).toMatchObject([{ command: { type: "start", task: "airports" } }]);

  expect((await ask("ack")).out).toMatch(
    /^alert +severity[\s\S]*\ndev\/flights\/airports +error +open +20\S+ \S+ UTC +1 +/,
  );
  const definitions = openFileStore(join(state, "definitions-of-dev"));
  await writeRelease(definitions, "dev", []);
  const acked = await ask(
    "ack",
    "dev/flights/airports",
    "--by",
    "ann",
    "--state-root",
    join(state, "definitions-of-dev"),
  );
  expect(acked.out).toMatch(/^dev\/flights\/airports: acknowledged by ann\./);
  expect((await ask("ack", "--json")).out).toMatch(/"acknowledgedBy":"ann"/);
  const over = ["ack", "dev/flights/airports", "--resolve", "--state-root", join(state, "definitions-of-dev")];
  expect((await ask(...over)).out).toMatch(/: resolved by/);
  expect((await ask(...over)).err).toMatch(/is over\s+already/);
  expect((await ask("ack")).out).toBe("No alert is open.\n");

  const missing = await commandLine(["runs", "--table", "nowhere"], { config });
  expect([missing.code, missing.out]).toEqual([expect.any(Number), ""]);
  expect(missing.err).toMatch(/nowhere/);
});
