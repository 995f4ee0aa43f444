export {
  Acknowledgement,
  type AcknowledgementOutcome,
  acknowledgementEvent,
  readAcknowledgement,
} from "./acknowledgement.ts";
export { type AlertDetail, type AlertDetailEntry, alertDetail } from "./alert-detail.ts";
export { alertError } from "./alert-error.ts";
export { type AlertMessage, alertMessage, notificationId, openingId } from "./alert-message.ts";
export { alertLine, alertTitle } from "./alert-text.ts";
export { type AmazonQMessage, amazonQLimits, amazonQMessage } from "./amazon-q-message.ts";
export { boundedKey } from "./bounded-key.ts";
export { clip, oneLine } from "./clip-text.ts";
export {
  type DeadManAlarm,
  heartbeat,
  planDeadManAlarms,
  type WatchedFunction,
  watchedFunctions,
} from "./dead-man.ts";
export { type EmfFrame, type EmfLines, emfLimits, emfLines } from "./emf-line.ts";
export { type EventBridgeEntry, eventBridgeEntry } from "./event-bridge-entry.ts";
export { checkFreshness, type FreshnessPromise, type FreshnessVerdict, planFreshness } from "./freshness.ts";
export { type MetricDimensions, type MetricName, metricCatalogue, metricOf } from "./metric-catalogue.ts";
export { type PagerDutyEvent, pagerDutyEvent, pagerDutyLimits } from "./pager-duty-event.ts";
export { planRunMetrics } from "./run-metrics.ts";
export { type SlackBlock, type SlackMessage, slackLimits, slackMessage } from "./slack-message.ts";
export { type SnsMessage, snsLimits, snsMessage } from "./sns-message.ts";
export { type WebhookMessage, webhookMessage } from "./webhook-message.ts";
export {
  signWebhook,
  verifyWebhook,
  type WebhookCheck,
  type WebhookContent,
  type WebhookHeaders,
  type WebhookVerdict,
} from "./webhook-signature.ts";
