import type { AlertMessage } from "./alert-message.ts";
import { alertFacts, alertTitle, otherLines } from "./alert-text.ts";
import { clip, jsonBytes, oneLine } from "./clip-text.ts";
import { safeLink } from "./safe-link.ts";

/** Slack's own limits, but for the whole: a message fails near 13,200 characters, which no page says. */
export const slackLimits = {
  blocks: 50,
  headerText: 150,
  sectionText: 3000,
  sectionFields: 10,
  fieldText: 2000,
  contextElements: 10,
  message: 12_000,
} as const;

interface PlainText {
  readonly type: "plain_text";
  readonly text: string;
  readonly emoji: false;
}
interface Markdown {
  readonly type: "mrkdwn";
  readonly text: string;
  /** Slack makes no links, channels or people of what looks like one. */
  readonly verbatim: true;
}
export type SlackBlock =
  | { readonly type: "header"; readonly text: PlainText }
  | { readonly type: "section"; readonly text?: Markdown; readonly fields?: readonly Markdown[] }
  | { readonly type: "context"; readonly elements: readonly Markdown[] };

/** The body of an incoming webhook. */
export interface SlackMessage {
  /** For notifications and screen readers; the blocks are what is shown. */
  readonly text: string;
  readonly blocks: readonly SlackBlock[];
  readonly unfurl_links: false;
  readonly unfurl_media: false;
}

const marks = { trigger: { error: "🔴", warning: "🟠" }, acknowledge: "👀", resolve: "✅" } as const;
/** What each has of the message, in bytes of JSON: nobody says what the limit of the whole counts. */
const budget = { summary: 2500, others: 2500, factValue: 150, links: 2000, fallback: 300 } as const;

/** Pure. What others wrote is escaped, so that it can call nobody and link nowhere. */
export function slackMessage(message: AlertMessage): SlackMessage {
  const { alert } = message;
  const mark = alert.action === "trigger" ? marks.trigger[alert.severity] : marks[alert.action];
  const title = `${mark} ${alertTitle(message)}`;
  const fields = alertFacts(alert)
    .slice(0, slackLimits.sectionFields)
    .map(([label, value]) =>
      markdown(`*${label}*\n${clip(value, { max: budget.factValue, encode: escaped, measure: jsonBytes })}`),
    );
  const links = linkText(message);
  const lines = otherLines(message);
  const blocks: SlackBlock[] = [
    { type: "header", text: { type: "plain_text", text: clip(title, { max: slackLimits.headerText }), emoji: false } },
    {
      type: "section",
      text: markdown(
        clip(oneLine(alert.summary) || "no summary", { max: budget.summary, encode: escaped, measure: jsonBytes }),
      ),
    },
    { type: "section", fields },
    ...(lines.length > 0 ? [section(clipLines(lines, budget.others))] : []),
    ...(links === "" ? [] : [section(links)]),
  ];
  const text = clip(title, { max: budget.fallback, encode: escaped, measure: jsonBytes });
  return { text, blocks, unfurl_links: false, unfurl_media: false };
}

/** As Slack asks: these three, and no other. */
export function escaped(character: string): string {
  if (character === "&") return "&amp;";
  if (character === "<") return "&lt;";
  return character === ">" ? "&gt;" : character;
}

function linkText({ alert }: AlertMessage): string {
  let text = "";
  for (const { text: label, href } of alert.subject?.links ?? []) {
    const address = safeLink(href);
    if (address === undefined) continue;
    const name = clip(oneLine(label).replaceAll("|", "/") || "link", { max: 100, encode: escaped, measure: jsonBytes });
    const link = `${text === "" ? "" : " · "}<${address.replaceAll("&", "&amp;")}|${name}>`;
    if (text.length + link.length <= budget.links) text += link;
  }
  return text;
}

/** Whole lines, each with its bullet. */
function clipLines(lines: readonly string[], max: number): string {
  const each = Math.floor(max / lines.length) - 3;
  return lines.map((line) => `• ${clip(line, { max: each, encode: escaped, measure: jsonBytes })}`).join("\n");
}

const section = (text: string): SlackBlock => ({ type: "section", text: markdown(text) });
const markdown = (text: string): Markdown => ({ type: "mrkdwn", text, verbatim: true });
