import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { openS3Store } from "@snowmelt/lake/s3";
import { changeStatements, type LocalSnowflake } from "@snowmelt/local";
import type { AwsEmulators } from "@snowmelt/local/aws";
import type { EngineStores } from "@snowmelt/pipeline/engine";
import { compareSides } from "../quickstart/compare-sides.ts";
import { comparisonText } from "../quickstart/comparison-text.ts";
import { openLake } from "../quickstart/open-lake.ts";
import { withSource } from "../quickstart/open-source.ts";
import type { Account } from "./account.ts";
import { makeRule } from "./deploy.ts";
import * as names from "./names.ts";
import type { Sink } from "./sink.ts";
import type { Watch } from "./watch.ts";

export interface Stage {
  readonly account: Account;
  readonly aws: AwsEmulators;
  readonly server: LocalSnowflake;
  readonly sink: Sink;
  readonly stores: EngineStores;
  readonly watch: Watch;
  readonly say: (line: string) => void;
}

export interface Act {
  readonly name: string;
  readonly summary: string;
  play(stage: Stage): Promise<void>;
}

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
    await verify(stage);
  },
};

const object: Act = {
  name: "object",
  summary: "an object in S3 lands what changed since",
  async play(stage) {
    await changeSource(stage, 1000);
    const run = await drop(stage, "object 1+ü.csv");
    expect(run.status === "succeeded", `the run ended ${run.status}`);
    await verify(stage);
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
    await verify(stage);
  },
};

const killed: Act = {
  name: "killed",
  summary: "the process of a function is killed while it lands",
  async play(stage) {
    await changeSource(stage, 3000);
    const { watch, say } = stage;
    const isLanding = watch.reached(
      (run) => run.tasks.flights?.active?.name === "land" && run.trigger.cause !== undefined,
      "a run lands",
    );
    const ended = drop(stage, "killed.csv");
    await isLanding;
    const pids = await functionProcesses(stage, "land");
    for (const pid of pids) process.kill(pid, "SIGKILL");
    say(`killed ${pids.length} processes of land`);
    const run = await ended;
    expect(run.status === "succeeded", `the run ended ${run.status}`);
    await verify(stage);
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
    await verify(stage);
  },
};

const alert: Act = {
  name: "alert",
  summary: "a table that is not there raises one alert; once it is there the alert is resolved",
  async play(stage) {
    const { server, sink, watch } = stage;
    await ask(stage, { pipeline: "later", requestId: "missing" });
    const failed = await watch.ended(({ pipeline }) => pipeline === "later", "the run of the missing table fails");
    expect(failed.status === "failed", `the run ended ${failed.status}`);
    await until(() => sink.received.length > 0, "an alert arrives");
    await withSource(server, async ({ change, rows }) => {
      await rows("CREATE TABLE AVIATION.PUBLIC.LATER (ID NUMBER(9,0) NOT NULL, UPDATED_AT TIMESTAMP_NTZ(6) NOT NULL)");
      await change("INSERT INTO AVIATION.PUBLIC.LATER SELECT 1, '2026-01-01 00:00:00'::TIMESTAMP_NTZ(6)");
    });
    await ask(stage, { pipeline: "later", requestId: "there" });
    const isSecond = (runId: string) => runId !== failed.runId;
    await watch.ended(({ pipeline, runId }) => pipeline === "later" && isSecond(runId), "the next run ends");
    await until(() => sink.received.some(({ body }) => /resolve/.test(body)), "the alert is resolved");
    const triggers = sink.received.filter(({ body }) => /"trigger"/.test(body));
    expect(triggers.length === 1, `expected one alert, the receiver got ${triggers.length}`);
  },
};

const poison: Act = {
  name: "poison",
  summary: "what nobody can take is in the dead-letter queue with the reason, and nothing else is disturbed",
  async play({ account, aws, watch }) {
    const QueueUrl = names.queueUrl(aws, "events");
    const unknown = {
      id: "requested/x",
      type: "requested",
      runId: "nobody.1",
      atMs: 0,
      trigger: {
        pipeline: "nobody",
        environment: names.environment,
        cause: { kind: "manual", by: "e2e", requestId: "x" },
      },
    };
    for (const MessageBody of [
      "{",
      JSON.stringify(unknown),
      JSON.stringify({ ...unknown, type: "ticked", trigger: undefined }),
    ]) {
      await account.json("AmazonSQS.SendMessage", { QueueUrl, MessageBody });
    }
    const codes = new Set<string>();
    const look = async () => {
      const { Messages = [] } = (await account.json("AmazonSQS.ReceiveMessage", {
        QueueUrl: names.queueUrl(aws, "events-dead"),
        MaxNumberOfMessages: 10,
        MessageAttributeNames: ["All"],
      })) as { Messages?: { MessageAttributes?: { reasonCode?: { StringValue?: string } } }[] };
      for (const { MessageAttributes } of Messages) codes.add(MessageAttributes?.reasonCode?.StringValue ?? "none");
      return ["MESSAGE_INVALID", "PIPELINE_UNKNOWN", "RUN_UNKNOWN"].every((code) => codes.has(code));
    };
    await until(look, "three refused messages with their reasons").catch((error: unknown) => {
      throw new Error(`${String(error)}; found: ${[...codes].join(", ")}`);
    });
    await watch.reached(({ pipeline }) => pipeline === "flights", "other runs are as they were");
  },
};

export const acts = [schedule, object, thrice, poison, alert, lost, killed] as const;

function expect(holds: boolean, otherwise: string): asserts holds {
  if (!holds) throw new Error(otherwise);
}

async function until(holds: () => boolean | Promise<boolean>, what: string, withinMs = 180_000): Promise<void> {
  const endsAtMs = Date.now() + withinMs;
  while (!(await holds())) {
    if (Date.now() > endsAtMs) throw new Error(`${what}: not within ${withinMs / 1000} s`);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

async function changeSource({ server }: Stage, inserts: number): Promise<void> {
  await withSource(server, async ({ change }) => {
    for (const sql of changeStatements({ inserts, updates: inserts / 2 })) await change(sql);
  });
}

/** Puts an object that a run is made of, and waits for that run's end. */
async function drop({ aws, watch }: Stage, name: string) {
  const { endpoint, region, credentials } = aws;
  await using lake = openS3Store({ bucket: names.lakeBucket, endpoint, region, credentials: { ...credentials } });
  await lake.put(`drops/${name}`, new TextEncoder().encode("x"));
  const isIt = ({ trigger }: { trigger: unknown }) => JSON.stringify(trigger).includes(name);
  return watch.ended(isIt, `the run of ${name} ends`, 600_000);
}

async function ask(
  { account }: Stage,
  { pipeline, requestId }: { pipeline: string; requestId: string },
): Promise<void> {
  const request = { pipeline, environment: names.environment, cause: { kind: "manual", by: "e2e", requestId } };
  await account.rest("POST", `/2015-03-31/functions/${names.prefix}trigger/invocations`, request);
}

/** Reads the table by DuckDB's Delta reader, holds it against the source, and looks at what the catalog says of it. */
async function verify({ account, aws, server, say }: Stage): Promise<void> {
  const { endpoint, region, credentials } = aws;
  const folder = await mkdtemp(join(tmpdir(), "snowmelt-e2e-"));
  try {
    await using store = openS3Store({
      bucket: names.lakeBucket,
      prefix: "tables",
      endpoint,
      region,
      credentials: { ...credentials },
    });
    for await (const { key } of store.list("raw/flights/")) {
      const path = join(folder, key);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, (await store.get(key)) ?? new Uint8Array());
    }
    await using lake = await openLake(join(folder, "raw", "flights"));
    const comparison = await withSource(server, (source) => compareSides(source, lake));
    say(comparisonText(comparison, lake.how));
    expect(comparison.equal, "the table is not what the source holds");
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  const { Table } = (await account.json("AWSGlue.GetTable", {
    DatabaseName: `${names.databasePrefix}raw`,
    Name: "flights",
  })) as { Table?: { StorageDescriptor?: { Location?: string } } };
  expect(Table !== undefined, "the catalog has no table");
  say(`Glue: ${names.databasePrefix}raw.flights at ${Table.StorageDescriptor?.Location}`);
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
