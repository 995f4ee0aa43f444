import type { Notification } from "../engine/index.ts";
import { durationText } from "../types/index.ts";
import type { AlertMessage } from "./alert-message.ts";
import { oneLine } from "./clip-text.ts";

/** How many others are told by a line of their own. */
export const maxOtherLines = 20;

/** One line, such as `[error] flights/airports (prod): the query failed`. */
export function alertTitle({ alert, others, unnamed }: AlertMessage): string {
  const more = others.length + unnamed;
  return `${alertLine(alert)}${more > 0 ? ` (and ${more} more)` : ""}`;
}

export function alertLine(alert: Notification): string {
  const place = placeText(alert);
  return `[${stateText(alert)}] ${place === "" ? "" : `${place}: `}${oneLine(alert.summary) || "no summary"}`;
}

/** What a reader wants to know beside the summary, in their order; each value is one line. */
export function alertFacts(alert: Notification): readonly (readonly [label: string, value: string])[] {
  const { subject = {}, level, openedAtMs, atMs, count, by, action, dedupKey } = alert;
  const facts: (readonly [string, string | undefined])[] = [
    ["Environment", subject.environment],
    ["Pipeline", subject.pipeline],
    ["Dataset", subject.dataset],
    ["Stage", subject.stage],
    ["Run", subject.runId],
    ["Since", isoTime(openedAtMs)],
    [action === "resolve" ? "Lasted" : "For", atMs > openedAtMs ? roughly(atMs - openedAtMs) : undefined],
    ["Times", count > 1 ? String(count) : undefined],
    ["Escalation", level > 0 ? `level ${level + 1}` : undefined],
    [action === "resolve" ? "Ended by" : "Taken by", by],
    ["Key", dedupKey],
  ];
  return facts.flatMap(([label, value]) => {
    const line = value === undefined ? "" : oneLine(value);
    return line === "" ? [] : [[label, line] as const];
  });
}

/** A line for each of the others that has room, and one for the rest. */
export function otherLines({ others, unnamed }: AlertMessage): readonly string[] {
  const lines = others.slice(0, maxOtherLines).map(alertLine);
  const rest = others.length - lines.length + unnamed;
  return rest > 0 ? [...lines, `and ${rest} more`] : lines;
}

/** The time as ISO 8601 has it, also where a clock is far beyond what is a date. */
export function isoTime(ms: number): string {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? `${ms} ms` : date.toISOString();
}

function stateText({ action, severity, by }: Notification): string {
  if (action === "trigger") return severity;
  const who = by === undefined ? "" : ` by ${oneLine(by)}`;
  return `${action === "resolve" ? "resolved" : "acknowledged"}${who}`;
}

function placeText({ subject }: Notification): string {
  if (!subject) return "";
  const place = [subject.pipeline, subject.dataset].filter((part) => part !== undefined).join("/");
  const environment = subject.environment === undefined ? "" : `(${subject.environment})`;
  return oneLine(`${place} ${environment}`);
}

/** In seconds below a minute, else in minutes: nobody wakes up for milliseconds. */
function roughly(ms: number): string {
  const unitMs = ms < 60_000 ? 1000 : 60_000;
  return durationText(Math.max(1, Math.round(ms / unitMs)) * unitMs);
}
