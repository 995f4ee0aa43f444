import { alertMessage, verifyWebhook } from "@snowmelt/core/alerts";
import type { Channel } from "@snowmelt/core/definition";
import { memorySecrets, secretRef, seededRandom, systemClock } from "@snowmelt/core/ports";
import { RetryPolicy } from "@snowmelt/core/retry";
import { type AlertChannel, type ChannelPorts, openChannel, openPost } from "@snowmelt/pipeline/notify";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type HttpSink, openHttpSink } from "./http-sink.ts";
import { notificationOf } from "./sample-notification.ts";

const webhookKey = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
const nextKey = `whsec_${Buffer.alloc(32, 8).toString("base64")}`;
const routingKey = "R0UT1NGKEYR0UT1NGKEY";
const slackPath = "/services/T000/B000/XXXXSECRETXXXX";
const allSecrets = [webhookKey, nextKey, routingKey, slackPath];

let sink: HttpSink;
beforeAll(async () => {
  sink = await openHttpSink();
});
afterAll(() => sink[Symbol.asyncDispose]());
beforeEach(() => sink.answer({ status: 200, body: "ok" }));

const waits: number[] = [];
const channels: Readonly<Record<string, Channel>> = {
  slack: { kind: "slack", url: secretRef("m:slack") },
  webhook: { kind: "webhook", url: secretRef("m:webhook"), signingKeys: [secretRef("m:key"), secretRef("m:next")] },
  pagerDuty: { kind: "pagerDuty", routingKey: secretRef("m:routing"), region: "us" },
};

function open(name: string, change: Partial<ChannelPorts> = {}): AlertChannel {
  const channel = channels[name];
  if (!channel) throw new RangeError(name);
  return openChannel(channel, {
    secrets: memorySecrets({
      "m:slack": `${sink.url}${slackPath}`,
      "m:webhook": `${sink.url}/hook`,
      "m:key": webhookKey,
      "m:next": nextKey,
      "m:routing": routingKey,
    }),
    post: openPost(),
    clock: {
      ...systemClock,
      sleep: async (ms) => void waits.push(ms),
    },
    random: seededRandom(1),
    policy: RetryPolicy.parse({ attempts: 3, baseDelayMs: 0, maxDelayMs: 0 }),
    timeoutMs: 5000,
    pagerDutyEndpoint: `${sink.url}/v2/enqueue`,
    topics: { publish: async () => ({ kind: "delivered" }) },
    alertBus: { put: async () => ({ kind: "delivered" }) },
    ...change,
  });
}

const send = (name: string, change: Parameters<typeof notificationOf>[0] = {}, ports: Partial<ChannelPorts> = {}) =>
  open(name, ports).deliver(alertMessage([notificationOf(change)]));
const since = async <T>(act: () => Promise<T>): Promise<{ value: T; got: HttpSink["received"] }> => {
  const before = sink.received.length;
  const value = await act();
  return { value, got: sink.received.slice(before) };
};

describe.each(["slack", "webhook", "pagerDuty"])("the channel %s", (name) => {
  test.each(["trigger", "acknowledge", "resolve"] as const)("tells of %s", async (action) => {
    const { value, got } = await since(() => send(name, { action, by: "ann" }));
    expect(value).toEqual({ kind: "delivered" });
    expect(got).toMatchObject([{ method: "POST", headers: { "content-type": "application/json" } }]);
    expect(got[0]?.body).toContain(name === "slack" ? (action === "trigger" ? "error" : action) : `${action}`);
  });

  test("tries again what may pass, and no more than three times", async () => {
    sink.answer({ status: 500 }, { status: 503 }, { status: 200 });
    const passed = await since(() => send(name));
    expect([passed.value.kind, passed.got.length]).toEqual(["delivered", 3]);
    sink.answer({ status: 500 });
    const failed = await since(() => send(name));
    expect([failed.value, failed.got.length]).toEqual([{ kind: "unreachable", reason: "it answered 500" }, 3]);
  });

  test("never tries again what is refused", async () => {
    for (const status of [400, 401, 403, 404, 410, 413]) {
      sink.answer({ status, body: "no_service" });
      const { value, got } = await since(() => send(name));
      expect([value, got.length]).toEqual([{ kind: "refused", reason: `it answered ${status}: no_service` }, 1]);
    }
  });

  test("waits as long as it is asked to, but not for ever", async () => {
    sink.answer({ status: 429, headers: { "retry-after": "2" } }, { status: 200 });
    waits.length = 0;
    expect((await send(name)).kind).toBe("delivered");
    expect(waits).toContain(2000);
    sink.answer({ status: 429, headers: { "retry-after": "3600" } });
    const { value, got } = await since(() => send(name));
    expect([value, got.length]).toEqual([
      { kind: "unreachable", reason: "it answered 429", retryAfterMs: 3_600_000 },
      1,
    ]);
  });

  test("follows no redirect", async () => {
    sink.answer({ status: 307, headers: { location: `${sink.url}/elsewhere` } });
    const { value, got } = await since(() => send(name));
    expect([value.kind, got.length]).toEqual(["refused", 1]);
  });

  test("does not wait for an answer that does not come, and takes a cut connection for what it is", async () => {
    sink.answer("hang");
    expect(await send(name, {}, { timeoutMs: 100 })).toEqual({
      kind: "unreachable",
      reason: "no answer within 100 ms",
    });
    sink.answer("reset", { status: 200 });
    expect(await send(name)).toEqual({ kind: "delivered" });
  });

  test("says nothing of its secrets, whatever the answer repeats", async () => {
    sink.answer({
      status: 400,
      body: `bad ${sink.url}${slackPath} POST ${slackPath} ${routingKey} ${webhookKey} ${nextKey}`,
    });
    const echoed = JSON.stringify(await send(name));
    const ofChannel =
      { slack: [slackPath], webhook: [webhookKey, nextKey], pagerDuty: [routingKey] }[name] ?? allSecrets;
    for (const secret of ofChannel) expect(echoed).not.toContain(secret);
    const missing = await send(name, {}, { secrets: memorySecrets({}) });
    expect(missing).toMatchObject({ kind: "refused", reason: expect.stringContaining("SECRET_NOT_FOUND") });
  });

  test("ends at once when it is aborted", async () => {
    sink.answer("hang");
    const abort = new AbortController();
    const sent = open(name).deliver(alertMessage([notificationOf({})]), { signal: abort.signal });
    setTimeout(() => abort.abort(), 20);
    await expect(sent).rejects.toMatchObject({ code: "ABORTED" });
  });
});

test("a webhook is signed by both keys, anew for each try", async () => {
  sink.answer({ status: 500 }, { status: 200 });
  const { got } = await since(() => send("webhook"));
  for (const { headers, body } of got) {
    const given = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
    for (const key of [webhookKey, nextKey]) {
      expect(verifyWebhook({ headers: given, body, secrets: [key], nowMs: Date.now() }).kind).toBe("genuine");
    }
  }
  expect(new Set(got.map(({ headers }) => headers["webhook-id"])).size).toBe(1);
});

test("PagerDuty knows an incident by its key from beginning to end", async () => {
  const { got } = await since(async () => {
    for (const action of ["trigger", "acknowledge", "resolve"] as const) await send("pagerDuty", { action });
  });
  expect(got.map(({ body }) => JSON.parse(body))).toMatchObject([
    {
      routing_key: routingKey,
      event_action: "trigger",
      dedup_key: "prod/flights/airports",
      payload: { severity: "error" },
    },
    { routing_key: routingKey, event_action: "acknowledge", dedup_key: "prod/flights/airports" },
    { routing_key: routingKey, event_action: "resolve", dedup_key: "prod/flights/airports" },
  ]);
});

test("a channel whose code was not given is an error that names those that were", () => {
  const given = { extensions: { matrix: () => open("slack") } };
  expect(() => openChannel({ kind: "custom", name: "irc", options: {} }, { ...ports, ...given })).toThrow(
    /irc.*matrix/,
  );
  expect(() => openChannel({ kind: "custom", name: "toString", options: {} }, { ...ports, ...given })).toThrow(
    /matrix/,
  );
});

const ports: ChannelPorts = {
  secrets: memorySecrets({}),
  post: openPost(),
  topics: { publish: async () => ({ kind: "delivered" }) },
  alertBus: { put: async () => ({ kind: "delivered" }) },
};
