import type { Notification } from "@snowmelt/core/engine";
import fc from "fast-check";

export const sampleAlert: Notification = {
  channel: "team",
  action: "trigger",
  level: 0,
  dedupKey: "prod/flights/airports",
  severity: "error",
  summary: "verify failed: the source has 20,000 rows and the files 19,999. Nothing was committed.",
  openedAtMs: Date.UTC(2026, 10, 23, 22, 0),
  atMs: Date.UTC(2026, 10, 23, 22, 0),
  count: 1,
  subject: {
    environment: "prod",
    pipeline: "flights",
    dataset: "airports",
    stage: "verify",
    runId: "run-20261123T220000",
    links: [{ text: "Log", href: "https://logs.example.com/run?id=run-20261123T220000&tab=1" }],
  },
};

const pieces = [
  "<!channel>",
  "<https://evil.example|click>",
  "](https://evil.example)",
  "*_~`",
  "&amp;&lt;",
  "\r\nwebhook-id: 1",
  "\u2028",
  "\u202e",
  "\ud83d",
  "\udc00",
  "👩‍🚀",
  '"\\',
  "\u0000",
  "é",
  "𝒳",
  "|",
  "@here",
];
/** Texts that try to be more than text, of every length up to far beyond each limit. */
export const hostileText = fc
  .tuple(
    fc.array(fc.oneof(fc.constantFrom(...pieces), fc.string({ unit: "binary", maxLength: 20 })), { maxLength: 12 }),
    fc.constantFrom(1, 1, 1, 40, 700),
  )
  .map(([parts, times]) => parts.join("").repeat(times));

const link = fc.record({
  text: hostileText,
  href: fc.oneof(
    fc.webUrl(),
    hostileText,
    hostileText.map((text) => `https://a.example/${text}`),
    fc.constantFrom("javascript:alert(1)", "http://a.example", "https://me:pw@a.example", "https://a.example/x|y>z"),
  ),
});

export const hostileAlert: fc.Arbitrary<Notification> = fc.record({
  channel: fc.constant("team"),
  action: fc.constantFrom("trigger" as const, "acknowledge" as const, "resolve" as const),
  level: fc.nat(5),
  dedupKey: hostileText,
  severity: fc.constantFrom("error" as const, "warning" as const),
  summary: hostileText,
  openedAtMs: fc.integer({ min: 0, max: 4e12 }),
  atMs: fc.integer({ min: 0, max: 4e12 }),
  count: fc.integer({ min: 1, max: 1e9 }),
  by: hostileText,
  subject: fc.record(
    {
      environment: hostileText,
      pipeline: hostileText,
      dataset: hostileText,
      stage: hostileText,
      runId: hostileText,
      links: fc.array(link, { maxLength: 20 }),
    },
    { requiredKeys: [] },
  ),
});
