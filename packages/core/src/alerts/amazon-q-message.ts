import type { AlertMessage } from "./alert-message.ts";
import { alertFacts, alertTitle, otherLines } from "./alert-text.ts";
import { boundedKey } from "./bounded-key.ts";
import { clip, oneLine } from "./clip-text.ts";
import { safeLink } from "./safe-link.ts";

/** AWS publishes no lengths: these are well below what it was seen to take. */
export const amazonQLimits = { title: 250, description: 3500, threadId: 200, summary: 500, keyword: 50 } as const;

/** A custom notification of Amazon Q in chat applications; published to its SNS topic as JSON text. */
export interface AmazonQMessage {
  readonly version: "1.0";
  readonly source: "custom";
  readonly id: string;
  readonly content: {
    readonly textType: "client-markdown";
    readonly title: string;
    readonly description: string;
    readonly nextSteps?: readonly string[];
    readonly keywords: readonly string[];
  };
  readonly metadata: {
    /** One thread an incident. */
    readonly threadId: string;
    readonly summary: string;
    readonly eventType: string;
    readonly additionalContext: Readonly<Record<string, string>>;
  };
}

/** Pure. */
export function amazonQMessage(message: AlertMessage): AmazonQMessage {
  const { alert, id } = message;
  const facts = alertFacts(alert).map(([label, value]) => `*${label}:* ${clip(value, { max: 150, encode: unmarked })}`);
  const others = otherLines(message).map((line) => `• ${clip(line, { max: 80, encode: unmarked })}`);
  const summary = clip(oneLine(alert.summary) || "no summary", { max: 1000, encode: unmarked });
  const nextSteps = (alert.subject?.links ?? []).slice(0, 5).flatMap(({ text, href }) => {
    const address = safeLink(href);
    const name = clip(oneLine(text) || "link", { max: 80, encode: unmarked });
    return address === undefined || address.length > 500 ? [] : [`${name}: ${address}`];
  });
  return {
    version: "1.0",
    source: "custom",
    id,
    content: {
      textType: "client-markdown",
      title: clip(alertTitle(message), { max: amazonQLimits.title, encode: unmarked }),
      description: wholeLines([summary, ...facts, ...others], amazonQLimits.description),
      ...(nextSteps.length > 0 ? { nextSteps } : {}),
      keywords: keywords(message),
    },
    metadata: {
      threadId: boundedKey(alert.dedupKey, amazonQLimits.threadId),
      summary: clip(alertTitle(message), { max: amazonQLimits.summary, encode: unmarked }),
      eventType: `snowmelt.alert.${alert.action}`,
      additionalContext: { severity: alert.severity, level: String(alert.level) },
    },
  };
}

/** As many lines as fit: a line was escaped before, so none is cut. */
function wholeLines(lines: readonly string[], max: number): string {
  let text = "";
  for (const line of lines) {
    const longer = text === "" ? line : `${text}\n${line}`;
    if (longer.length > max) return text;
    text = longer;
  }
  return text;
}

function keywords({ alert: { severity, subject } }: AlertMessage): readonly string[] {
  return [severity, subject?.environment, subject?.pipeline, subject?.dataset].flatMap((word) =>
    word === undefined ? [] : [clip(oneLine(word), { max: amazonQLimits.keyword, encode: unmarked })],
  );
}

/** The chat that shows it has one of two notations: a full-width form stands for what is a mark in either. */
function unmarked(character: string): string {
  const isMark = "<>&*~`[]|".includes(character);
  return isMark ? String.fromCodePoint((character.codePointAt(0) ?? 0) + 0xfee0) : character;
}
