import { BreakerConfig, Notification } from "@snowmelt/core/engine";
import { systemClock, systemRandom } from "@snowmelt/core/ports";
import { openAlertBus, openDynamoChannels, openDynamoStores, openQueues, openTopics } from "@snowmelt/pipeline/aws";
import { openBreaker } from "@snowmelt/pipeline/engine";
import { openChannels, openNotifier, openPost } from "@snowmelt/pipeline/notify";
import type { Context, SQSEvent } from "aws-lambda";
import { readConfig } from "../config.ts";
import { queueFunction } from "../queue-function.ts";
import { openSecrets } from "../secrets.ts";
import { openTelemetry, type Telemetry } from "../telemetry.ts";

function open({ logger, metrics }: Telemetry) {
  const config = readConfig([
    "SNOWMELT_ENVIRONMENT",
    "STATE_TABLE",
    "ALERT_CHANNELS",
    "ACCOUNT_ID",
    "AWS_REGION",
    "DEAD_LETTER_QUEUE_URL",
  ]);
  const { STATE_TABLE: table, SNOWMELT_ENVIRONMENT: environment, AWS_REGION: region, ACCOUNT_ID: accountId } = config;
  const topics = openTopics({ accountId, region });
  const ports = { secrets: openSecrets(), post: openPost(), topics, alertBus: openAlertBus() };
  const breaker = openBreaker(BreakerConfig.parse({}), {
    ...openDynamoStores({ table }),
    clock: systemClock,
    random: systemRandom,
    logger,
    metrics,
  });
  const store = openDynamoChannels({ table });
  const channels = openChannels(config.ALERT_CHANNELS, ports);
  const notifier = openNotifier({ environment, channels, store, breaker, logger, metrics });
  return { notifier, queues: openQueues(), queueUrl: config.DEAD_LETTER_QUEUE_URL };
}

const telemetry = openTelemetry("notify");
let opened: ReturnType<typeof open> | undefined;
const ports = () => {
  opened ??= open(telemetry);
  return opened;
};

const takeMessages = queueFunction({
  name: "notify",
  message: Notification,
  open: ports,
  deadLetters: ({ queues, queueUrl }) => ({ queues, queueUrl }),
  async take({ notifier }, notification, { logger, signal }) {
    const [outcome] = await notifier.notify([notification], { signal });
    const { channel, action } = notification;
    logger.log("info", `${action} on ${channel}: ${outcome?.kind}`, { channel });
    if (outcome?.kind === "refused") return { code: "NOTIFICATION_REFUSED", message: outcome.reason };
    if (outcome?.kind === "deferred") throw new Error(`${channel} could not be told: ${outcome.reason}`);
    return undefined;
  },
});

/** Messages of the queue; and every minute, by an event that is none, what was held is sent together. */
export async function handler(event: SQSEvent | Record<string, unknown>, context: Context): Promise<unknown> {
  if ("Records" in event && Array.isArray(event.Records)) return takeMessages(event as SQSEvent, context);
  return telemetry.observe(context, () => ports().notifier.flush());
}
