import type { AlertMessage } from "./alert-message.ts";
import { alertFacts, alertTitle, otherLines } from "./alert-text.ts";
import { boundedKey } from "./bounded-key.ts";
import { clip, oneLine, utf8Bytes } from "./clip-text.ts";
import { safeLink } from "./safe-link.ts";

/** Of SNS: the subject is ASCII and below 100 characters. The text's is our own, in bytes: 256 KB are for text and attributes together. */
export const snsLimits = { subject: 99, message: 64_000, attribute: 256 } as const;

export interface SnsMessage {
  readonly subject: string;
  readonly message: string;
  /** For filter policies of subscriptions. */
  readonly attributes: Readonly<Record<string, string>>;
}

/** Pure. Text for people, by mail or by whatever is subscribed. */
export function snsMessage(message: AlertMessage): SnsMessage {
  const { alert, id } = message;
  const { subject = {}, action, severity, level, dedupKey } = alert;
  const links = (subject.links ?? []).flatMap(({ text, href }) => {
    const address = safeLink(href);
    return address === undefined ? [] : [`${clip(oneLine(text) || "link", { max: 200 })}: ${address}`];
  });
  const others = otherLines(message).map((line) => `- ${line}`);
  const lines = [
    oneLine(alert.summary) || "no summary",
    "",
    ...alertFacts(alert).map(([label, value]) => `${label}: ${value}`),
    ...(others.length > 0 ? ["", "Also:", ...others] : []),
    ...(links.length > 0 ? ["", ...links.slice(0, 10)] : []),
  ];
  return {
    subject: clip(ascii(alertTitle(message)), { max: snsLimits.subject }).replace("…", "."),
    message: lines
      .map((line) => clip(line, { max: 4000 }))
      .reduce((text, line) => (utf8Bytes(text) + utf8Bytes(line) < snsLimits.message ? `${text}${line}\n` : text), ""),
    attributes: withValues({
      id,
      action,
      severity,
      level: String(level),
      dedupKey: boundedKey(dedupKey, snsLimits.attribute),
      environment: subject.environment,
      pipeline: subject.pipeline,
      dataset: subject.dataset,
    }),
  };
}

function ascii(text: string): string {
  return text.replace(/[^\x20-\x7e]/gu, "?");
}

/** SNS refuses an attribute without a value. */
function withValues(values: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => {
      const line = value === undefined ? "" : clip(oneLine(value), { max: snsLimits.attribute });
      return line === "" ? [] : [[name, line]];
    }),
  );
}
