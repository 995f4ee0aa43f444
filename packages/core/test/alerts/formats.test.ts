import {
  type AlertMessage,
  alertDetail,
  alertMessage,
  amazonQLimits,
  amazonQMessage,
  eventBridgeEntry,
  pagerDutyEvent,
  pagerDutyLimits,
  slackLimits,
  slackMessage,
  snsLimits,
  snsMessage,
  webhookMessage,
} from "@snowmelt/core/alerts";
import type { Notification } from "@snowmelt/core/engine";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { hostileAlert, sampleAlert } from "./sample-alert.ts";

const minute = 60_000;
const messages: Readonly<Record<string, AlertMessage>> = {
  trigger: alertMessage([sampleAlert]),
  escalated: alertMessage([{ ...sampleAlert, level: 1, count: 7, atMs: sampleAlert.openedAtMs + 30 * minute }]),
  acknowledge: alertMessage([
    { ...sampleAlert, action: "acknowledge", by: "ann", atMs: sampleAlert.openedAtMs + 5 * minute },
  ]),
  resolve: alertMessage([{ ...sampleAlert, action: "resolve", atMs: sampleAlert.openedAtMs + 90 * minute }]),
  together: alertMessage(
    ["flights", "carriers"].map((dataset) => ({
      ...sampleAlert,
      severity: "warning" as const,
      dedupKey: `prod/flights/${dataset}`,
      summary: `${dataset} was not extracted: Snowflake is not reachable.`,
      subject: { ...sampleAlert.subject, dataset },
    })),
    3,
  ),
};
const formats: Readonly<Record<string, (message: AlertMessage) => unknown>> = {
  slack: slackMessage,
  "pager-duty": (message) => pagerDutyEvent(message, "R0UTINGKEY"),
  "amazon-q": amazonQMessage,
  sns: snsMessage,
  "event-bridge": eventBridgeEntry,
  webhook: (message) => ({ ...webhookMessage(message), body: JSON.parse(webhookMessage(message).body) }),
};

describe("a message is what was agreed upon", () => {
  for (const [format, write] of Object.entries(formats)) {
    for (const [name, message] of Object.entries(messages)) {
      test(`${format}: ${name}`, async () => {
        await expect(`${JSON.stringify(write(message), undefined, 2)}\n`).toMatchFileSnapshot(
          `golden/${format}-${name}.json`,
        );
      });
    }
  }
});

const hostileMessage = fc
  .tuple(fc.array(hostileAlert, { minLength: 1, maxLength: 25 }), fc.nat(5000))
  .map(([alerts, unnamed]) => alertMessage(alerts, unnamed));

/** Every text in plain data, with where it is. */
function texts(value: unknown, path = ""): [path: string, text: string][] {
  if (typeof value === "string") return [[path, value]];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, held]) => texts(held, `${path}.${key}`));
}

function forAll(check: (message: AlertMessage) => void): void {
  fc.assert(fc.property(hostileMessage, check), { numRuns: 150 });
}

describe("whatever others wrote", () => {
  test("a Slack message keeps every limit and calls nobody", () => {
    forAll((message) => {
      const { text, blocks } = slackMessage(message);
      expect(JSON.stringify(slackMessage(message)).length).toBeLessThanOrEqual(slackLimits.message);
      expect(blocks.length).toBeLessThanOrEqual(slackLimits.blocks);
      const markdown = [text];
      for (const block of blocks) {
        if (block.type === "header") {
          expect(block.text.text.length).toBeGreaterThan(0);
          expect(block.text.text.length).toBeLessThanOrEqual(slackLimits.headerText);
          continue;
        }
        if (block.type === "context") continue;
        if (block.text) {
          expect(block.text.text.length).toBeGreaterThan(0);
          expect(block.text.text.length).toBeLessThanOrEqual(slackLimits.sectionText);
          markdown.push(block.text.text);
        }
        expect(block.fields?.length ?? 1).toBeLessThanOrEqual(slackLimits.sectionFields);
        for (const field of block.fields ?? []) {
          expect(field.text.length).toBeLessThanOrEqual(slackLimits.fieldText);
          markdown.push(field.text);
        }
      }
      for (const line of markdown) {
        const ours = line.replace(/<https:\/\/[^\s<>|]+\|[^<>|]*>/g, "");
        expect(ours, "no link and no mention but ours").not.toMatch(/[<>]/);
        expect(ours, "an entity is whole").not.toMatch(/&(?!amp;|lt;|gt;)/);
      }
    });
  });

  test("a PagerDuty event keeps every limit, and the incident's key stays one of its own", () => {
    forAll((message) => {
      const event = pagerDutyEvent(message, "key");
      expect(event.dedup_key.length).toBeLessThanOrEqual(pagerDutyLimits.dedupKey);
      expect(event.dedup_key).toMatch(/^[\x20-\x7e]+$/);
      expect(event.payload?.summary.length ?? 0).toBeLessThanOrEqual(pagerDutyLimits.summary);
      expect(Buffer.byteLength(JSON.stringify(event))).toBeLessThan(pagerDutyLimits.body);
      for (const { href } of event.links ?? []) expect(href).toMatch(/^https:\/\/[^\s<>|]+$/);
      const other = { ...message, alert: { ...message.alert, dedupKey: `${message.alert.dedupKey}!` } };
      expect(pagerDutyEvent(other, "key").dedup_key).not.toBe(event.dedup_key);
    });
  });

  test("an SNS subject is ASCII below 100 characters, and no attribute is empty", () => {
    forAll((message) => {
      const { subject, message: text, attributes } = snsMessage(message);
      expect(subject).toMatch(/^[\x20-\x7e]+$/);
      expect(subject.length).toBeLessThanOrEqual(snsLimits.subject);
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(snsLimits.message);
      for (const value of Object.values(attributes)) {
        expect(value.length).toBeGreaterThan(0);
        expect(value.length).toBeLessThanOrEqual(snsLimits.attribute);
      }
    });
  });

  test("an Amazon Q message keeps its lengths, and marks nothing up", () => {
    forAll((message) => {
      const { content, metadata } = amazonQMessage(message);
      expect(content.title.length).toBeLessThanOrEqual(amazonQLimits.title);
      expect(content.description.length).toBeLessThanOrEqual(amazonQLimits.description);
      expect(metadata.threadId.length).toBeLessThanOrEqual(amazonQLimits.threadId);
      for (const [path, text] of texts(content)) {
        if (!path.startsWith(".nextSteps")) expect(text, path).not.toMatch(/[<>&`|]|\]\(/);
      }
    });
  });

  test("an event and a webhook stay far below what a bus and a queue take", () => {
    forAll((message) => {
      expect(Buffer.byteLength(JSON.stringify(eventBridgeEntry(message)))).toBeLessThan(128_000);
      expect(Buffer.byteLength(webhookMessage(message).body)).toBeLessThan(128_000);
    });
  });

  test("no text is cut inside a surrogate pair, and no line has a second one", () => {
    forAll((message) => {
      const written = [
        slackMessage(message),
        pagerDutyEvent(message, "key"),
        amazonQMessage(message),
        snsMessage(message),
      ];
      for (const [path, text] of texts([...written, alertDetail(message)]))
        expect(text.isWellFormed(), path).toBe(true);
      for (const [, line] of texts(pagerDutyEvent(message, "key")))
        expect(line).not.toMatch(/[\r\n\u2028\u2029\u202e\u0000]/);
      expect(snsMessage(message).subject).not.toMatch(/[\r\n]/);
    });
  });
});

test.each(['"', "\\", "&", "👩‍🚀", "\u0001x"])(
  "a Slack message that is full of %j is no longer than Slack takes",
  (character) => {
    const text = character.repeat(20_000);
    const full: Notification = {
      ...sampleAlert,
      level: 3,
      count: 2,
      action: "resolve",
      atMs: sampleAlert.openedAtMs + minute,
      by: text,
      summary: text,
      dedupKey: text,
      subject: {
        environment: text,
        pipeline: text,
        dataset: text,
        stage: text,
        runId: text,
        links: Array.from({ length: 40 }, (_, n) => ({ text, href: `https://a.example/${n}${"a&".repeat(300)}` })),
      },
    };
    const message = alertMessage(
      Array.from({ length: 30 }, (_, n) => ({ ...full, level: n })),
      9,
    );
    expect(Buffer.byteLength(JSON.stringify(slackMessage(message)))).toBeLessThanOrEqual(slackLimits.message);
  },
);

test("a warning that became an error, a new opening and each level are notifications of their own; a repeat is not", () => {
  const id = (change: object) => alertMessage([{ ...sampleAlert, ...change }]).id;
  const ids = [id({}), id({ severity: "warning" }), id({ openedAtMs: 1 }), id({ level: 1 }), id({ action: "resolve" })];
  expect(new Set(ids).size).toBe(ids.length);
  expect(id({ summary: "said otherwise", count: 9, atMs: 1 })).toBe(ids[0]);
});
