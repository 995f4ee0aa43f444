import { BreakerConfig } from "@snowmelt/core/engine";
import { systemClock, systemRandom } from "@snowmelt/core/ports";
import { openAlertBus, openDynamoNotifyStores, openDynamoStores, openQueues, openTopics } from "@snowmelt/pipeline/aws";
import { openBreaker } from "@snowmelt/pipeline/engine";
import { nameExtensions, ownChannels } from "@snowmelt/pipeline/extensions";
import { openChannels, openNotifier, openPost } from "@snowmelt/pipeline/notify";
import { alertLimitsOf, openRelease } from "@snowmelt/pipeline/release";
import { readConfig } from "../config.ts";
import { extensions } from "../extensions.ts";
import { openSecrets } from "../secrets.ts";
import { openStateObjects } from "../state-objects.ts";
import type { Telemetry } from "../telemetry.ts";

/** The channels of the environment's alerts, as its variables say. FUNCTION_MISCONFIGURED; no I/O. */
export function openNotifications({ logger, metrics }: Telemetry) {
  const config = readConfig([
    "SNOWMELT_ENVIRONMENT",
    "STATE_TABLE",
    "STATE_ROOT",
    "ALERT_CHANNELS",
    "ACCOUNT_ID",
    "AWS_REGION",
    "DEAD_LETTER_QUEUE_URL",
  ]);
  const { STATE_TABLE: table, SNOWMELT_ENVIRONMENT: environment, AWS_REGION: region, ACCOUNT_ID: accountId } = config;
  const topics = openTopics({ accountId, region });
  const reach = { secrets: openSecrets(), post: openPost() };
  const own = ownChannels(nameExtensions(extensions).channels, reach);
  const ports = { ...reach, topics, alertBus: openAlertBus(), extensions: own };
  const breaker = openBreaker(BreakerConfig.parse({}), {
    ...openDynamoStores({ table }),
    clock: systemClock,
    random: systemRandom,
    logger,
    metrics,
  });
  const { channels: store, receipts } = openDynamoNotifyStores({ table });
  const released = openRelease(openStateObjects(config.STATE_ROOT), environment, { clock: systemClock, logger });
  const rateLimits = () => alertLimitsOf(released);
  const channels = openChannels(config.ALERT_CHANNELS, ports);
  const notifier = openNotifier({ environment, channels, store, receipts, rateLimits, breaker, logger, metrics });
  return { environment, notifier, queues: openQueues(), queueUrl: config.DEAD_LETTER_QUEUE_URL };
}
