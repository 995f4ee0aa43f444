import { readdir, readFile } from "node:fs/promises";
import { changeStatements } from "@snowmelt/local";
import { withSource } from "../../quickstart/open-source.ts";
import { makeRule } from "../deploy.ts";
import * as names from "../names.ts";
import { type Act, expect, openBucket, type Stage } from "./act.ts";
import { verifyFlights } from "./verify-flights.ts";

const schedule: Act = {
  name: "schedule",
  summary: "an EventBridge rule lands FLIGHTS in a verified Delta table with its Glue table",
  async play(stage) {
    const { account, aws, watch } = stage;
    await makeRule(account, aws, {
      name: "every-minute",
      target: "trigger",
      schedule: "rate(1 minute)",
      transformer: {
        InputPathsMap: { time: "$.time" },
        InputTemplate: `{"kind":"schedule","pipeline":"flights","environment":"${names.environment}","schedule":"every-1-minute","scheduledAt":"<time>"}`,
      },
    });
    await watch.reached(({ pipeline }) => pipeline === "flights", "the schedule's run begins");
    await account.json("AWSEvents.DisableRule", { Name: `${names.prefix}every-minute` });
    const run = await watch.ended(({ pipeline }) => pipeline === "flights", "the schedule's run ends");
    expect(run.status === "succeeded", `the run ended ${run.status}: ${JSON.stringify(run.tasks)}`);
    const { calls, peakRssBytes } = run.tasks.flights?.results.land ?? {};
    expect(Number(calls) > 1, `expected to land in pieces, each by a call of its own; it was ${calls} call`);
    stage.say(`landed by ${calls} calls, ${Math.round(Number(peakRssBytes) / 2 ** 20)} MiB at most`);
    await verifyFlights(stage);
  },
};

const object: Act = {
  name: "object",
  summary: "an object in S3 lands what changed since",
  async play(stage) {
    await changeSource(stage, 1000);
    const run = await drop(stage, "object 1+ü.csv");
    expect(run.status === "succeeded", `the run ended ${run.status}`);
    await verifyFlights(stage);
  },
};

const thrice: Act = {
  name: "thrice",
  summary: "each event of a run is delivered three times",
  async play(stage) {
    await changeSource(stage, 2000);
    const { account, aws, stores } = stage;
    const run = await drop(stage, "thrice.csv");
    for await (const { event } of stores.runs.audit(run.runId)) {
      for (let times = 0; times < 2; times++) {
        const QueueUrl = names.queueUrl(aws, "events");
        await account.json("AmazonSQS.SendMessage", { QueueUrl, MessageBody: JSON.stringify(event) });
      }
    }
    expect(run.status === "succeeded", `the run ended ${run.status}`);
    await verifyFlights(stage);
  },
};

const killed: Act = {
  name: "killed",
  summary: "the process of a function is killed while it lands",
  async play(stage) {
    await changeSource(stage, 3000);
    const { watch, say, server, stores } = stage;
    // So that it surely is at work when it dies.
    await server.admin.setFaults([{ kind: "requestSlow", on: "result", latencyMs: 10_000, times: "always" }]);
    const isLanding = watch.reached(
      (run) => run.tasks.flights?.active?.name === "land" && run.trigger.cause !== undefined,
      "a run lands",
    );
    const ended = drop(stage, "killed.csv");
    await isLanding;
    await new Promise((resolve) => setTimeout(resolve, 3000));
    const pids = await functionProcesses(stage, "land");
    for (const pid of pids) process.kill(pid, "SIGKILL");
    await server.admin.clearFaults();
    say(`killed ${pids.length} processes of land`);
    const run = await ended;
    expect(run.status === "succeeded", `the run ended ${run.status}`);
    let isMissed = false;
    for await (const { event } of stores.runs.audit(run.runId)) {
      isMissed ||= event.type === "observed" && event.truth.is === "absent" && event.key.includes("/land/");
    }
    expect(isMissed, "the function was not at work when it was killed: nobody missed it");
    await verifyFlights(stage);
  },
};

const lost: Act = {
  name: "lost",
  summary: "the queue of events is emptied in the middle of a run",
  async play(stage) {
    await changeSource(stage, 4000);
    const { account, aws, watch } = stage;
    const ended = drop(stage, "lost.csv");
    await watch.reached((run) => run.tasks.flights?.active?.phase === "starting", "a stage starts");
    await account.json("AmazonSQS.PurgeQueue", { QueueUrl: names.queueUrl(aws, "events") });
    const run = await ended;
    expect(run.status === "succeeded", `the run ended ${run.status}`);
    await verifyFlights(stage);
  },
};

export const flightsActs = [schedule, object, thrice, lost, killed] as const;

export async function changeSource({ server }: Stage, inserts: number): Promise<void> {
  await withSource(server, async ({ change }) => {
    for (const sql of changeStatements({ inserts, updates: inserts / 2 })) await change(sql);
  });
}

/** Puts an object that a run is made of, and waits for that run's end. */
export async function drop({ aws, watch }: Stage, name: string) {
  await using lake = openBucket({ aws }, names.lakeBucket);
  await lake.put(`drops/${name}`, new TextEncoder().encode("x"));
  const isIt = ({ trigger }: { trigger: unknown }) => JSON.stringify(trigger).includes(name);
  return watch.ended(isIt, `the run of ${name} ends`, 600_000);
}

/** Those that the emulator runs a function in, by their environment. */
async function functionProcesses({ aws }: Stage, name: string): Promise<number[]> {
  const found: number[] = [];
  for (const pid of await readdir("/proc").catch(() => [])) {
    const environment = await readFile(`/proc/${pid}/environ`, "utf8").catch(() => "");
    const variables = environment.split("\0");
    const isIt = variables.includes(`AWS_LAMBDA_FUNCTION_NAME=${names.prefix}${name}`);
    if (
      isIt &&
      variables.some((each) => each.startsWith("AWS_ENDPOINT_URL=") && each.endsWith(new URL(aws.endpoint).port))
    ) {
      found.push(Number(pid));
    }
  }
  return found;
}
