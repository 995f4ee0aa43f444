import { heartbeat } from "@snowmelt/core/alerts";
import { Notification } from "@snowmelt/core/engine";
import type { Context, SQSEvent } from "aws-lambda";
import { queueFunction } from "../queue-function.ts";
import { openTelemetry } from "../telemetry.ts";
import { openNotifications } from "./open-notifications.ts";
import { takeNotifications } from "./take-notifications.ts";

const telemetry = openTelemetry("notify");
const reserveMs = 5_000;
let opened: ReturnType<typeof openNotifications> | undefined;
const ports = () => {
  opened ??= openNotifications(telemetry);
  return opened;
};

const takeMessages = queueFunction(
  {
    name: "notify",
    message: Notification,
    open: ports,
    deadLetters: ({ queues, queueUrl }) => ({ queues, queueUrl }),
    takeAll: ({ notifier }, received, { signal }) => takeNotifications(notifier, received, signal),
  },
  telemetry,
);

/** Messages of the queue, a batch at a time; and every minute, by an event that is none, what was held is sent and channels are tried. */
export async function handler(event: SQSEvent | Record<string, unknown>, context: Context): Promise<unknown> {
  if ("Records" in event && Array.isArray(event.Records)) return takeMessages(event as SQSEvent, context);
  return telemetry.observe(context, async () => {
    const { notifier, environment } = ports();
    const signal = AbortSignal.timeout(Math.max(1, context.getRemainingTimeInMillis() - reserveMs));
    await notifier.flush({ signal });
    telemetry.metrics.record(heartbeat(environment, "notify"));
  });
}
