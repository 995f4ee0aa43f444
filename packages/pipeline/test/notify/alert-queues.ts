import {
  CreateEventBusCommand,
  EventBridgeClient,
  PutRuleCommand,
  PutTargetsCommand,
} from "@aws-sdk/client-eventbridge";
import { CreateTopicCommand, SNSClient, SubscribeCommand } from "@aws-sdk/client-sns";
import { CreateQueueCommand, DeleteMessageCommand, ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { openAwsEmulators } from "@snowmelt/local/aws";
import { openAlertBus, openTopics } from "@snowmelt/pipeline/aws";

export type Listener = "alerts" | "chat" | "ops";

export interface AlertQueues extends AsyncDisposable {
  readonly topics: ReturnType<typeof openTopics>;
  readonly alertBus: ReturnType<typeof openAlertBus>;
  /** What arrived since it was asked last, each as its service delivers it. */
  heard(of: Listener): Promise<readonly Record<string, unknown>[]>;
}

const accountId = "123456789012";

/** The topics `alerts` and `chat` and the bus `ops` in an emulated AWS, with a queue behind each. */
export async function openAlertQueues(): Promise<AlertQueues> {
  const stack = new AsyncDisposableStack();
  const { endpoint, region, credentials } = stack.use(await openAwsEmulators());
  const options = { endpoint, region, credentials };
  const [sns, sqs, events] = [new SNSClient(options), new SQSClient(options), new EventBridgeClient(options)];
  for (const client of [sns, sqs, events]) stack.defer(() => client.destroy());
  const urls = new Map<Listener, string>();
  const arnOf = (name: string): string => `arn:aws:sqs:${region}:${accountId}:${name}`;
  for (const name of ["alerts", "chat", "ops"] as const) {
    const { QueueUrl = "" } = await sqs.send(new CreateQueueCommand({ QueueName: name }));
    urls.set(name, QueueUrl);
    if (name === "ops") continue;
    const { TopicArn = "" } = await sns.send(new CreateTopicCommand({ Name: name }));
    await sns.send(new SubscribeCommand({ TopicArn, Protocol: "sqs", Endpoint: arnOf(name) }));
  }
  await events.send(new CreateEventBusCommand({ Name: "ops" }));
  const EventPattern = JSON.stringify({ source: ["snowmelt"], "detail-type": ["Snowmelt Alert"] });
  await events.send(new PutRuleCommand({ Name: "alerts", EventBusName: "ops", EventPattern }));
  const Targets = [{ Id: "queue", Arn: arnOf("ops") }];
  await events.send(new PutTargetsCommand({ Rule: "alerts", EventBusName: "ops", Targets }));
  return {
    topics: stack.use(openTopics({ ...options, accountId })),
    alertBus: stack.use(openAlertBus(options)),
    async heard(of) {
      const QueueUrl = urls.get(of);
      const all: Record<string, unknown>[] = [];
      for (;;) {
        const receive = new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 1, MaxNumberOfMessages: 10 });
        const { Messages = [] } = await sqs.send(receive);
        if (Messages.length === 0) return all;
        for (const { Body = "", ReceiptHandle } of Messages) {
          all.push(JSON.parse(Body) as Record<string, unknown>);
          await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
        }
      }
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}
