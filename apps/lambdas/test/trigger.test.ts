import {
  after,
  dataset,
  definePipeline,
  definePlatform,
  every,
  full,
  onObject,
  parquet,
  secret,
  table,
} from "@snowmelt/core/definition";
import { memoryLogger, memoryObjectStore } from "@snowmelt/core/ports";
import { sourceTable } from "@snowmelt/core/types";
import { openRelease, writeRelease } from "@snowmelt/pipeline/release";
import { expect, test } from "vitest";
import { triggerRuns } from "../src/trigger/trigger-runs.ts";

const platform = definePlatform({
  name: "air",
  environments: {
    prod: {
      snowflake: { account: "A", user: "U", auth: { kind: "password", password: secret("env:P") } },
      lake: { root: "s3://lake/tables" },
    },
  },
} as Parameters<typeof definePlatform>[0]);

const source = table(
  sourceTable({ kind: "table", database: "D", schema: "S", name: "T", columns: [["ID", "NUMBER(9,0) NOT NULL"]] }),
);
const pipeline = (name: string, schedule: Parameters<typeof definePipeline>[0]["schedule"]) =>
  definePipeline({
    apiVersion: 1,
    name,
    platform,
    datasets: { rows: dataset({ source, sync: full(), land: parquet() }) },
    ...(schedule === undefined ? {} : { schedule }),
  });

const definitions = [
  pipeline("timed", every("15 minutes")),
  pipeline("dropped", [onObject({ prefix: "drops/a b/", suffix: ".csv" })]),
  pipeline("elsewhere", onObject({ bucket: "other", prefix: "drops/" })),
  pipeline("behind", after("timed")),
  pipeline("behind-partly", after("timed", { partial: true })),
];

async function trigger(event: unknown) {
  const store = memoryObjectStore();
  await writeRelease(store, "prod", definitions);
  const sent: { runId: string; trigger: { pipeline: string; cause: unknown } }[] = [];
  const queues = { send: async (_: string, { body }: { body: string }) => void sent.push(JSON.parse(body)) };
  const released = openRelease(store, "prod", { clock: { nowMs: () => 0 } });
  const ports = { released, queues, eventsUrl: "q", logger: memoryLogger([]), nowMs: 5 };
  const { runIds } = await triggerRuns(event, ports);
  expect(sent.map(({ runId }) => runId)).toEqual(runIds);
  return { runIds, sent, pipelines: sent.map((event) => event.trigger.pipeline) };
}

const scheduled = (scheduledAt: string) => ({
  kind: "schedule",
  pipeline: "timed",
  environment: "prod",
  schedule: "every-15-minutes",
  scheduledAt,
});

const onBus = (detail: unknown, over: object = {}) => ({
  version: "0",
  id: "5d1b2b0e-6f7b-4a3c-8d62-0c4f4e6d7a11",
  account: "123456789012",
  time: "2026-01-02T03:04:05Z",
  region: "us-east-1",
  resources: ["arn:aws:s3:::lake"],
  source: "aws.s3",
  "detail-type": "Object Created",
  detail,
  ...over,
});

const created = (key: string, more: object = {}) =>
  onBus({
    version: "0",
    bucket: { name: "lake" },
    object: { key, size: 5, etag: "b1946ac92492d2347c6235b4d2611184", sequencer: "0062E99A88DC407460", ...more },
    "request-id": "N4N7GDK58NMKJ12R",
    requester: "123456789012",
    "source-ip-address": "1.2.3.4",
    reason: "PutObject",
  });

const notified = (key: string, eventName = "ObjectCreated:Put") => ({
  Records: [
    {
      eventVersion: "2.1",
      eventSource: "aws:s3",
      awsRegion: "us-east-1",
      eventTime: "2026-01-02T03:04:05.000Z",
      eventName,
      userIdentity: { principalId: "AWS:A" },
      requestParameters: { sourceIPAddress: "1.2.3.4" },
      responseElements: { "x-amz-request-id": "C3D13FE58DE4C810", "x-amz-id-2": "FMyUVURIY8" },
      s3: {
        s3SchemaVersion: "1.0",
        configurationId: "drops",
        bucket: { name: "lake", ownerIdentity: { principalId: "A" }, arn: "arn:aws:s3:::lake" },
        object: { key, size: 5, eTag: "b1946ac92492d2347c6235b4d2611184", sequencer: "0062E99A88DC407460" },
      },
    },
  ],
});

const queued = (body: unknown) => ({
  Records: [
    {
      messageId: "059f36b4-87a3-44ab-83d2-661975830a7d",
      receiptHandle: "AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a",
      body: JSON.stringify(body),
      attributes: {
        ApproximateReceiveCount: "1",
        SentTimestamp: "1545082649183",
        SenderId: "AIDAIENQZJOLO23YVJ4VO",
        ApproximateFirstReceiveTimestamp: "1545082649185",
      },
      messageAttributes: {},
      md5OfBody: "e4e68fb7bd0e697a0ae8f1bb342846b3",
      eventSource: "aws:sqs",
      eventSourceARN: "arn:aws:sqs:us-east-1:123456789012:drops",
      awsRegion: "us-east-1",
    },
  ],
});

const ended = (status: string, environment = "prod") =>
  onBus(
    { runId: "timed.1", pipeline: "timed", environment, definitionHash: "h", status, endedAt: null, tasks: {} },
    { source: "snowmelt", "detail-type": "Snowmelt Run Ended", resources: [] },
  );

test("a schedule asks for one run a scheduled time, however often and in whatever zone it is told", async () => {
  const first = await trigger(scheduled("2026-01-02T03:15:00Z"));
  const again = await trigger(scheduled("2026-01-02T04:15:00.000+01:00"));
  const next = await trigger(scheduled("2026-01-02T03:30:00Z"));
  expect(first.pipelines).toEqual(["timed"]);
  expect(again.runIds).toEqual(first.runIds);
  expect(next.runIds).not.toEqual(first.runIds);
});

test("a placeholder that nobody filled in is no time", async () => {
  await expect(trigger(scheduled("<aws.scheduler.scheduled-time>"))).rejects.toMatchObject({
    code: "TRIGGER_UNKNOWN",
    message: expect.stringContaining("placeholder"),
  });
});

test("an object runs those whose prefix, suffix and bucket it meets", async () => {
  expect((await trigger(created("drops/a b/x.csv"))).pipelines).toEqual(["dropped"]);
  expect((await trigger(created("drops/a b/x.txt"))).pipelines).toEqual([]);
  expect((await trigger(created("drops/c/x.csv"))).pipelines).toEqual([]);
});

test("the three ways in which S3 tells of one object ask for one run", async () => {
  const byBus = await trigger(created("drops/a b/ü+1.csv"));
  const byS3 = await trigger(notified("drops/a+b/%C3%BC%2B1.csv"));
  const byQueue = await trigger(queued(notified("drops/a+b/%C3%BC%2B1.csv")));
  expect(byBus.runIds).toHaveLength(1);
  expect(byS3.runIds).toEqual(byBus.runIds);
  expect(byQueue.runIds).toEqual(byBus.runIds);
});

test("the same key written again is another run", async () => {
  const first = await trigger(created("drops/a b/x.csv"));
  const again = await trigger(created("drops/a b/x.csv", { sequencer: "0062E99A88DC407461" }));
  expect(again.runIds).not.toEqual(first.runIds);
});

test("what was deleted, and S3's trial message, run nothing", async () => {
  expect((await trigger(notified("drops/a+b/x.csv", "ObjectRemoved:Delete"))).runIds).toEqual([]);
  expect((await trigger(queued({ Service: "Amazon S3", Event: "s3:TestEvent", Bucket: "lake" }))).runIds).toEqual([]);
});

test("the end of a run runs those that come after it, if it ended well enough for them", async () => {
  expect((await trigger(ended("succeeded"))).pipelines).toEqual(["behind", "behind-partly"]);
  expect((await trigger(ended("partial"))).pipelines).toEqual(["behind-partly"]);
  expect((await trigger(ended("failed"))).pipelines).toEqual([]);
  expect((await trigger(ended("succeeded", "test"))).pipelines).toEqual([]);
});

test("a person's request is taken as it is, under their id", async () => {
  const request = { pipeline: "timed", environment: "prod", cause: { kind: "manual", by: "me", requestId: "r1" } };
  const { sent, runIds } = await trigger({ ...request, datasets: ["rows"] });
  expect(sent[0]?.trigger).toMatchObject({ datasets: ["rows"], work: { kind: "live" } });
  expect((await trigger({ ...request, cause: { ...request.cause, by: "you" } })).runIds).toEqual(runIds);
});

test.each([
  ["nothing", undefined],
  ["text", "run!"],
  ["another service", onBus({}, { source: "aws.ec2" })],
])("%s is refused with a clear word", async (_, event) => {
  await expect(trigger(event)).rejects.toMatchObject({ code: "TRIGGER_UNKNOWN", retryable: false });
});
