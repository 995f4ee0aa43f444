import type { AlertMessage } from "./alert-message.ts";
import { alertFacts, alertLine, isoTime, otherLines } from "./alert-text.ts";
import { boundedKey } from "./bounded-key.ts";
import { clip, oneLine } from "./clip-text.ts";
import { safeLink } from "./safe-link.ts";

/** Of the Events API v2; `body` in bytes. */
export const pagerDutyLimits = { dedupKey: 255, summary: 1024, body: 512_000 } as const;

interface PagerDutyPayload {
  readonly summary: string;
  readonly source: string;
  readonly severity: "critical" | "error" | "warning" | "info";
  readonly timestamp: string;
  readonly component?: string;
  readonly group?: string;
  readonly class?: string;
  readonly custom_details: Readonly<Record<string, string>>;
}

/** The body of `POST /v2/enqueue`. It holds the routing key: it goes nowhere else. */
export interface PagerDutyEvent {
  readonly routing_key: string;
  readonly event_action: "trigger" | "acknowledge" | "resolve";
  readonly dedup_key: string;
  readonly payload?: PagerDutyPayload;
  readonly client?: "Snowmelt";
  readonly links?: readonly { readonly href: string; readonly text: string }[];
}

/** Pure. An error that nobody took up in time is critical; of an incident that is over only the key is told. */
export function pagerDutyEvent(message: AlertMessage, routingKey: string): PagerDutyEvent {
  const { alert } = message;
  const common = {
    routing_key: routingKey,
    event_action: alert.action,
    dedup_key: boundedKey(alert.dedupKey, pagerDutyLimits.dedupKey),
  };
  if (alert.action !== "trigger") return common;
  const { subject = {}, severity, level } = alert;
  const details = [
    ...alertFacts(alert),
    ...otherLines(message).map((line, index) => [`Also ${index + 1}`, line] as const),
  ];
  return {
    ...common,
    payload: {
      summary: clip(alertLine(alert), { max: pagerDutyLimits.summary }),
      source: name(["snowmelt", subject.environment, subject.pipeline].filter((part) => part !== undefined).join("/")),
      severity: severity === "error" && level > 0 ? "critical" : severity,
      timestamp: isoTime(alert.atMs),
      ...(subject.dataset === undefined ? {} : { component: name(subject.dataset) }),
      ...(subject.pipeline === undefined ? {} : { group: name(subject.pipeline) }),
      ...(subject.stage === undefined ? {} : { class: name(subject.stage) }),
      custom_details: Object.fromEntries(details.map(([label, value]) => [label, clip(value, { max: 2000 })])),
    },
    client: "Snowmelt",
    links: (subject.links ?? []).slice(0, 10).flatMap(({ href, text }) => {
      const address = safeLink(href);
      return address === undefined ? [] : [{ href: address, text: clip(oneLine(text) || "link", { max: 200 }) }];
    }),
  };
}

const name = (text: string): string => clip(oneLine(text), { max: 255 });
