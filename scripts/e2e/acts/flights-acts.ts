import { readdir, readFile } from "node:fs/promises";
import type { RunState } from "@snowmelt/core/engine";
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
  play: (stage) => landChange(stage, { name: "object 1+ü", inserts: 1000 }),
};

const thrice: Act = {
  name: "thrice",
  summary: "each event of a run is delivered three times",
  play: (stage) =>
    landChange(stage, {
      name: "thrice",
      inserts: 2000,
      async afterwards({ runId }) {
        const { account, aws, stores } = stage;
        const QueueUrl = names.queueUrl(aws, "events");
        for await (const { event } of stores.runs.audit(runId)) {
          const MessageBody = JSON.stringify(event);
          for (let times = 0; times < 2; times++)
            await account.json("AmazonSQS.SendMessage", { QueueUrl, MessageBody });
        }
      },
    }),
};

const lost: Act = {
  name: "lost",
  summary: "the queue of events is emptied in the middle of a run",
  play: (stage) =>
    landChange(stage, {
      name: "lost",
      inserts: 4000,
      async meanwhile() {
        const { account, aws, watch } = stage;
        await watch.reached((run) => run.tasks.flights?.active?.phase === "starting", "a stage starts");
        await account.json("AmazonSQS.PurgeQueue", { QueueUrl: names.queueUrl(aws, "events") });
      },
    }),
};

const killed: Act = {
  name: "killed",
  summary: "the process of a function is killed while it lands",
  async play(stage) {
    const { watch, say, server, stores } = stage;
    // So that it surely is at work when it dies.
    await server.admin.setFaults([{ kind: "requestSlow", on: "result", latencyMs: 10_000, times: "always" }]);
    await landChange(stage, {
      name: "killed",
      inserts: 3000,
      async meanwhile() {
        await watch.reached((run) => run.tasks.flights?.active?.name === "land", "a run lands");
        await new Promise((resolve) => setTimeout(resolve, 3000));
        const pids = await functionProcesses(stage, "land");
        for (const pid of pids) process.kill(pid, "SIGKILL");
        await server.admin.clearFaults();
        say(`killed ${pids.length} processes of land`);
      },
      async afterwards({ runId }) {
        let isMissed = false;
        for await (const { event } of stores.runs.audit(runId)) {
          isMissed ||= event.type === "observed" && event.truth.is === "absent" && event.key.includes("/land/");
        }
        expect(isMissed, "the function was not at work when it was killed: nobody missed it");
      },
    });
  },
};

export const flightsActs = [schedule, object, thrice, lost, killed] as const;

export interface Change {
  /** Of the object that its run is made of. */
  readonly name: string;
  /** Rows at the source; half as many are updated. */
  readonly inserts: number;
  /** While the run is under way. */
  readonly meanwhile?: () => Promise<void>;
  /** When it has ended. */
  readonly afterwards?: (run: RunState) => Promise<void>;
}

/** Changes the source, has an object in S3 land that, and compares table and source. */
export async function landChange(stage: Stage, change: Change): Promise<void> {
  const { name, inserts, meanwhile, afterwards } = change;
  await withSource(stage.server, async ({ change: ask }) => {
    for (const sql of changeStatements({ inserts, updates: inserts / 2 })) await ask(sql);
  });
  const [run] = await Promise.all([drop(stage, `${name}.csv`), meanwhile?.()]);
  await afterwards?.(run);
  expect(run.status === "succeeded", `the run of ${name} ended ${run.status}: ${JSON.stringify(run.tasks)}`);
  await verifyFlights(stage);
}

/** Puts an object that a run is made of, and waits for that run's end. */
async function drop({ aws, watch }: Stage, name: string): Promise<RunState> {
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
