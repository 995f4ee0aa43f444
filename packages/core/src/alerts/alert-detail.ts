import type { Notification } from "../engine/index.ts";
import type { AlertMessage } from "./alert-message.ts";
import { isoTime, maxOtherLines } from "./alert-text.ts";
import { clip, jsonBytes } from "./clip-text.ts";

/** For programs: what EventBridge and webhooks carry. `schemaVersion` grows with a change that could break a reader. */
export interface AlertDetail extends AlertDetailEntry {
  readonly schemaVersion: 1;
  /** The same for each repeat of the message. */
  readonly id: string;
  readonly others: readonly AlertDetailEntry[];
  /** How many more there are that `others` does not name. */
  readonly unnamed: number;
}

export interface AlertDetailEntry {
  readonly action: Notification["action"];
  /** From 0. */
  readonly level: number;
  readonly severity: Notification["severity"];
  readonly dedupKey: string;
  readonly summary: string;
  /** ISO 8601. */
  readonly openedAt: string;
  readonly at: string;
  readonly count: number;
  readonly by?: string;
  readonly subject: NonNullable<Notification["subject"]>;
}

const maxLinks = 10;

/** Pure. Each text is cut by its bytes of JSON, so that the whole stays below 256 KB. A key of up to 512 is as it is. */
export function alertDetail({ id, alert, others, unnamed }: AlertMessage): AlertDetail {
  const named = others.slice(0, maxOtherLines);
  return {
    schemaVersion: 1,
    id,
    ...entry(alert, 4000),
    others: named.map((other) => entry(other, 300)),
    unnamed: unnamed + others.length - named.length,
  };
}

function entry(alert: Notification, maxSummary: number): AlertDetailEntry {
  const { action, level, severity, openedAtMs, atMs, count, subject = {} } = alert;
  const name = (text: string): string => clip(text.toWellFormed(), { max: 200, measure: jsonBytes });
  const { links, ...names } = subject;
  return {
    action,
    level,
    severity,
    dedupKey: clip(alert.dedupKey.toWellFormed(), { max: 512, measure: jsonBytes }),
    summary: clip(alert.summary.toWellFormed(), { max: maxSummary, measure: jsonBytes }),
    openedAt: isoTime(openedAtMs),
    at: isoTime(atMs),
    count,
    ...(alert.by === undefined ? {} : { by: name(alert.by) }),
    subject: {
      ...Object.fromEntries(Object.entries(names).map(([key, text]) => [key, name(text)])),
      ...(links && maxSummary > 300
        ? {
            links: links.slice(0, maxLinks).map(({ text, href }) => ({
              text: name(text),
              href: clip(href.toWellFormed(), { max: 2000, measure: jsonBytes }),
            })),
          }
        : {}),
    },
  };
}
