import { EscalationPolicy, type Notification } from "@snowmelt/core/engine";
import { manualClock, memoryLogger, memorySecrets } from "@snowmelt/core/ports";
import { openMemoryStores } from "@snowmelt/pipeline/engine";
import { openChannels, openMemoryNotifyStores, openNotifier, openPost } from "@snowmelt/pipeline/notify";
import { expect, test } from "vitest";
import { tellIncident, tickIncident } from "../../src/engine/tell-incident.ts";
import { openHttpSink } from "./http-sink.ts";

const minute = 60_000;

test("an outage is told once on each channel, escalated on time though a channel fails meanwhile, and resolved on all", async () => {
  await using sink = await openHttpSink();
  const clock = manualClock(1_795_000_000_000);
  const logger = memoryLogger();
  const secrets = memorySecrets({
    slack: `${sink.url}/slack`,
    hook: `${sink.url}/hook`,
    key: `whsec_${Buffer.alloc(32, 3).toString("base64")}`,
    routing: "ROUTINGKEY",
  });
  const channels = openChannels(
    {
      team: { kind: "slack", url: { secret: "slack" } },
      ops: { kind: "webhook", url: { secret: "hook" }, signingKeys: [{ secret: "key" }] },
      pager: { kind: "pagerDuty", routingKey: { secret: "routing" }, region: "eu" },
    },
    {
      secrets,
      post: openPost(),
      clock,
      pagerDutyEndpoint: `${sink.url}/pager`,
      topics: { publish: async () => ({ kind: "delivered" }) },
      alertBus: { put: async () => ({ kind: "delivered" }) },
    },
  );
  const notifier = openNotifier({
    environment: "prod",
    channels,
    store: openMemoryNotifyStores().channels,
    clock,
    logger,
  });
  const policy = EscalationPolicy.parse({
    levels: [
      { afterMs: 0, channels: ["team", "ops"] },
      { afterMs: 10 * minute, channels: ["pager"] },
    ],
  });
  const ports = {
    incidents: openMemoryStores().incidents,
    policyOf: async () => policy,
    clock,
    logger,
    async notify(notification: Notification) {
      const [outcome] = await notifier.notify([notification]);
      if (outcome?.kind === "deferred") throw new Error(outcome.reason);
    },
  };
  const dedupKey = "prod/flights/airports";
  const told = () => {
    const all = sink.received.map(
      ({ path, body }) => `${path} ${JSON.parse(body).event_action ?? /resolve|trigger|error/.exec(body)?.[0]}`,
    );
    return all.sort();
  };
  const raise = (id: string) =>
    tellIncident(ports, dedupKey, {
      id,
      type: "raised",
      atMs: clock.nowMs(),
      dedupKey,
      severity: "error",
      summary: "Snowflake is not reachable.",
      subject: { environment: "prod", pipeline: "flights", dataset: "airports" },
    });

  for (const id of ["a", "b", "c"]) await raise(id);
  expect(told()).toEqual(["/hook trigger", "/slack error"]);

  clock.advance(10 * minute);
  sink.answer({ status: 503 });
  await tickIncident(ports, dedupKey);
  sink.answer({ status: 202 });
  clock.advance(30 * minute);
  await tickIncident(ports, dedupKey);
  const pages = sink.received.filter(({ path }) => path === "/pager");
  expect(pages.map(({ body }) => JSON.parse(body).payload.severity)).toEqual(
    Array.from({ length: 4 }, () => "critical"),
  );

  const before = sink.received.length;
  await tellIncident(ports, dedupKey, { id: "d", type: "recovered", atMs: clock.nowMs() });
  await tickIncident(ports, dedupKey);
  await notifier.flush();
  expect(
    sink.received
      .slice(before)
      .map(({ path }) => path)
      .sort(),
  ).toEqual(["/hook", "/pager", "/slack"]);
  expect(told().filter((line) => /resolve/.test(line))).toHaveLength(3);
  expect(JSON.stringify(logger.records)).not.toMatch(/ROUTINGKEY|whsec_|localhost/);
});
