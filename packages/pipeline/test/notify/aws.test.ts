import {
  CreateEventBusCommand,
  EventBridgeClient,
  PutRuleCommand,
  PutTargetsCommand,
} from "@aws-sdk/client-eventbridge";
import { CreateTopicCommand, SNSClient, SubscribeCommand } from "@aws-sdk/client-sns";
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { alertMessage } from "@snowmelt/core/alerts";
import { memorySecrets } from "@snowmelt/core/ports";
import { openAwsEmulators } from "@snowmelt/local/aws";
import { openAlertBus, openTopics } from "@snowmelt/pipeline/aws";
import { openChannel } from "@snowmelt/pipeline/notify";
import { afterAll, beforeAll, expect, test } from "vitest";
import { notificationOf } from "./sample-notification.ts";

let stack: AsyncDisposableStack;
let topics: ReturnType<typeof openTopics>;
let alertBus: ReturnType<typeof openAlertBus>;
let receive: (queue: "topic" | "bus") => Promise<Record<string, unknown>>;
const accountId = "123456789012";

beforeAll(async () => {
  stack = new AsyncDisposableStack();
  const { endpoint, region, credentials } = stack.use(await openAwsEmulators());
  const options = { endpoint, region, credentials };
  const sns = new SNSClient(options);
  const sqs = new SQSClient(options);
  const events = new EventBridgeClient(options);
  stack.defer(() => {
    for (const client of [sns, sqs, events]) client.destroy();
  });
  const urls = new Map<string, string>();
  for (const name of ["topic", "bus"]) {
    const { QueueUrl = "" } = await sqs.send(new CreateQueueCommand({ QueueName: name }));
    urls.set(name, QueueUrl);
  }
  const arnOf = (name: string): string => `arn:aws:sqs:${region}:${accountId}:${name}`;
  const { TopicArn = "" } = await sns.send(new CreateTopicCommand({ Name: "alerts" }));
  await sns.send(
    new SubscribeCommand({
      TopicArn,
      Protocol: "sqs",
      Endpoint: arnOf("topic"),
      Attributes: { FilterPolicy: JSON.stringify({ severity: ["error"] }) },
    }),
  );
  await sns.send(new CreateTopicCommand({ Name: "chat" }));
  await sns.send(
    new SubscribeCommand({ TopicArn: TopicArn.replace("alerts", "chat"), Protocol: "sqs", Endpoint: arnOf("topic") }),
  );
  await events.send(new CreateEventBusCommand({ Name: "ops" }));
  await events.send(
    new PutRuleCommand({
      Name: "errors",
      EventBusName: "ops",
      EventPattern: JSON.stringify({ source: ["snowmelt"], detail: { severity: ["error"] } }),
    }),
  );
  await events.send(
    new PutTargetsCommand({ Rule: "errors", EventBusName: "ops", Targets: [{ Id: "q", Arn: arnOf("bus") }] }),
  );
  topics = stack.use(openTopics({ ...options, accountId, attempts: 2 }));
  alertBus = stack.use(openAlertBus({ ...options, attempts: 2 }));
  receive = async (queue) => {
    const got = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl: urls.get(queue), WaitTimeSeconds: 10, MaxNumberOfMessages: 1 }),
    );
    return JSON.parse(got.Messages?.[0]?.Body ?? "{}") as Record<string, unknown>;
  };
}, 120_000);
afterAll(() => stack.disposeAsync());

const ports = () => ({
  secrets: memorySecrets({}),
  post: () => Promise.reject(new Error("no http")),
  topics,
  alertBus,
});

test.each(["trigger", "acknowledge", "resolve"] as const)(
  "%s arrives by a topic, with what subscriptions filter by",
  async (action) => {
    const channel = openChannel({ kind: "sns", topic: "alerts" }, ports());
    const message = alertMessage([notificationOf({ action, summary: "zwölf Zeilen fehlen 👩‍🚀" })]);
    expect(await channel.deliver(message)).toEqual({ kind: "delivered" });
    const envelope = await receive("topic");
    expect(envelope).toMatchObject({
      Subject: expect.stringMatching(/^\[/),
      Message: expect.stringContaining("zwölf Zeilen fehlen 👩‍🚀"),
      MessageAttributes: {
        action: { Type: "String", Value: action },
        severity: { Value: "error" },
        pipeline: { Value: "flights" },
      },
    });
  },
);

test("Amazon Q finds its custom notification in the topic", async () => {
  const channel = openChannel({ kind: "amazonQ", topic: "chat" }, ports());
  await channel.deliver(alertMessage([notificationOf({})]));
  const { Message } = await receive("topic");
  expect(JSON.parse(String(Message))).toMatchObject({
    version: "1.0",
    source: "custom",
    metadata: { threadId: "prod/flights/airports" },
  });
});

test.each(["trigger", "acknowledge", "resolve"] as const)(
  "%s arrives by a bus, as its rules ask for it",
  async (action) => {
    const channel = openChannel({ kind: "eventBridge", bus: "ops" }, ports());
    expect(await channel.deliver(alertMessage([notificationOf({ action })]))).toEqual({ kind: "delivered" });
    expect(await receive("bus")).toMatchObject({
      source: "snowmelt",
      "detail-type": "Snowmelt Alert",
      detail: { schemaVersion: 1, action, severity: "error", subject: { pipeline: "flights" } },
    });
  },
);

test("what is not there is refused for good, by AWS's own name for it", async () => {
  const nowhere = openChannel({ kind: "sns", topic: "nowhere" }, ports());
  expect(await nowhere.deliver(alertMessage([notificationOf({})]))).toMatchObject({
    kind: "refused",
    reason: expect.stringMatching(/^AWS answered NotFound/),
  });
});

test("nothing goes to another machine in the clear, and an endpoint that is not there may come back", async () => {
  const credentials = { accessKeyId: accountId, secretAccessKey: "very-secret" };
  const region = "us-east-1";
  await using clear = openTopics({ accountId, region, credentials, endpoint: "http://10.0.0.1:1" });
  expect(await clear.publish("alerts", { message: "x" })).toEqual({
    kind: "refused",
    reason: "AWS answered TRANSPORT_DENIED",
  });
  await using gone = openAlertBus({ region, credentials, endpoint: "http://127.0.0.1:1", attempts: 1 });
  const [delivery] = [
    await openChannel({ kind: "eventBridge", bus: "ops" }, { ...ports(), alertBus: gone }).deliver(
      alertMessage([notificationOf({})]),
    ),
  ];
  expect(delivery.kind).toBe("unreachable");
  expect(JSON.stringify(delivery)).not.toContain("very-secret");
});
