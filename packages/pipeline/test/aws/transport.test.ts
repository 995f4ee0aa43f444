import {
  CreateEventBusCommand,
  EventBridgeClient,
  PutRuleCommand,
  PutTargetsCommand,
} from "@aws-sdk/client-eventbridge";
import { CreateQueueCommand, GetQueueAttributesCommand, ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import type { RunState } from "@snowmelt/core/engine";
import { type AwsEmulators, openAwsEmulators } from "@snowmelt/local/aws";
import { buryMessage, commandQueues, openBus, openQueues, RunEnded, runEndedSource } from "@snowmelt/pipeline/aws";
import { CommandMessage } from "@snowmelt/pipeline/engine";
import { afterAll, beforeAll, expect, test } from "vitest";

let aws: AwsEmulators;
let sqs: SQSClient;
beforeAll(async () => {
  aws = await openAwsEmulators();
  sqs = new SQSClient(connection());
}, 120_000);
afterAll(async () => {
  sqs?.destroy();
  await aws?.[Symbol.asyncDispose]();
});

const connection = () => ({ endpoint: aws.endpoint, region: aws.region, credentials: aws.credentials });

async function makeQueue(name: string): Promise<string> {
  const { QueueUrl = "" } = await sqs.send(new CreateQueueCommand({ QueueName: name }));
  return QueueUrl;
}

async function receive(queueUrl: string, count: number) {
  const found: { body: string; attributes: Record<string, string | undefined> }[] = [];
  for (let tries = 0; found.length < count && tries < 20; tries++) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: queueUrl,
        MaxNumberOfMessages: 10,
        WaitTimeSeconds: 1,
        MessageAttributeNames: ["All"],
      }),
    );
    for (const { Body = "", MessageAttributes = {} } of Messages) {
      const attributes = Object.entries(MessageAttributes).map(([name, { StringValue }]) => [name, StringValue]);
      found.push({ body: Body, attributes: Object.fromEntries(attributes) });
    }
  }
  return found;
}

const command = (stage: "land" | "commit"): CommandMessage => ({
  id: "r/1/0",
  runId: "r",
  pipeline: "flights",
  environment: "prod",
  definitionHash: "h",
  command: { type: "observe", key: "r/flights/land/1", task: "flights", stage, work: {}, externalId: null },
});

test("a command arrives at its stage's queue as it was sent, with the trace beside it", async () => {
  const land = await makeQueue("land");
  await using queues = openQueues({ ...connection(), headers: () => ({ traceparent: "00-a-b-01" }) });
  const carrier = commandQueues(queues, (stage) => (stage === "land" ? land : undefined));
  await Promise.all(Array.from({ length: 25 }, () => carrier.send(command("land"))));
  const received = await receive(land, 25);
  expect(received).toHaveLength(25);
  expect(CommandMessage.parse(JSON.parse(received[0]?.body ?? ""))).toEqual(command("land"));
  expect(received[24]?.attributes).toMatchObject({ runId: "r", stage: "land", traceparent: "00-a-b-01" });
});

test("a command that has time is seen later", async () => {
  const land = await makeQueue("later");
  await using queues = openQueues(connection());
  const carrier = commandQueues(queues, () => land);
  await carrier.send(command("land"), { delayMs: 899_500 });
  await carrier.send(command("land"), { delayMs: 3_600_000 });
  const { Attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: land, AttributeNames: ["All"] }),
  );
  expect(Attributes).toMatchObject({ ApproximateNumberOfMessages: "0", ApproximateNumberOfMessagesDelayed: "2" });
});

test("a stage without a queue is said to have none", async () => {
  await using queues = openQueues(connection());
  const carrier = commandQueues(queues, () => undefined);
  await expect(carrier.send(command("commit"))).rejects.toMatchObject({ code: "QUEUE_MISSING" });
});

test("a queue that is not there and a message that is too large are told apart", async () => {
  const queue = await makeQueue("some");
  await using queues = openQueues({ ...connection(), attempts: 1 });
  await expect(queues.send(`${queue}-gone`, { body: "x" })).rejects.toMatchObject({ code: "QUEUE_MISSING" });
  const large = { body: "x".repeat(1_048_577) };
  await expect(queues.send(queue, large)).rejects.toMatchObject({ code: "MESSAGE_TOO_LARGE" });
});

test("plain http to another machine is refused before anything is sent", async () => {
  await using queues = openQueues({ ...connection(), endpoint: "http://sqs.example.com", attempts: 1 });
  await expect(queues.send("http://sqs.example.com/1/q", { body: "x" })).rejects.toMatchObject({
    code: "TRANSPORT_DENIED",
  });
});

test("a buried message keeps its body, and says who refused it and why", async () => {
  const queue = await makeQueue("dead");
  await using queues = openQueues(connection());
  const attributes = Object.fromEntries(Array.from({ length: 10 }, (_, index) => [`a${index}`, "x"]));
  const reason = { code: "RUN_UNKNOWN", message: `There is\u0000no run.${"x".repeat(2000)}`, by: "orchestrate" };
  await buryMessage(queues, queue, { body: "{", attributes }, reason);
  const [found] = await receive(queue, 1);
  expect(found?.body).toBe("{");
  expect(found?.attributes).toMatchObject({ reasonCode: "RUN_UNKNOWN", refusedBy: "orchestrate", a6: "x" });
  expect(found?.attributes.reason).toMatch(/^There is no run\./);
});

test("the end of a run is announced on the bus, with its tasks counted", async () => {
  const bridge = new EventBridgeClient(connection());
  const queue = await makeQueue("ended");
  const { Attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: queue, AttributeNames: ["QueueArn"] }),
  );
  await bridge.send(new CreateEventBusCommand({ Name: "runs" }));
  const rule = { Name: "ended", EventBusName: "runs", EventPattern: JSON.stringify({ source: [runEndedSource] }) };
  await bridge.send(new PutRuleCommand(rule));
  const Targets = [{ Id: "q", Arn: Attributes.QueueArn }];
  await bridge.send(new PutTargetsCommand({ Rule: "ended", EventBusName: "runs", Targets }));
  bridge.destroy();
  await using bus = openBus({ ...connection(), bus: "runs" });
  await bus.announce({ run: endedRun });
  const [found] = await receive(queue, 1);
  expect(RunEnded.parse(JSON.parse(found?.body ?? "").detail)).toEqual({
    runId: "flights.1",
    pipeline: "flights",
    environment: "prod",
    definitionHash: "h",
    status: "partial",
    endedAt: "2026-01-02T03:04:05.000Z",
    tasks: { succeeded: 2, failed: 1 },
  });
});

const task = (status: "succeeded" | "failed") => ({
  status,
  active: null,
  results: {},
  fence: null,
  round: 0,
  restarts: 0,
  failure: null,
  reason: null,
});
const endedRun: RunState = {
  schemaVersion: 1,
  runId: "flights.1",
  pipeline: "flights",
  environment: "prod",
  definitionHash: "h",
  version: 9,
  status: "partial",
  trigger: {},
  requestedAtMs: 0,
  endedAtMs: Date.parse("2026-01-02T03:04:05Z"),
  deadlineAtMs: null,
  pausedAtMs: null,
  tasks: { a: task("succeeded"), b: task("failed"), c: task("succeeded") },
};
