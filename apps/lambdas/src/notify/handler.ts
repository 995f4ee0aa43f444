import { Notification } from "@snowmelt/core/engine";
import type { Context, SQSEvent } from "aws-lambda";
import { queueFunction } from "../queue-function.ts";
import { openTelemetry } from "../telemetry.ts";
import { openNotifications } from "./open-notifications.ts";

const telemetry = openTelemetry("notify");
let opened: ReturnType<typeof openNotifications> | undefined;
const ports = () => {
  opened ??= openNotifications(telemetry);
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
