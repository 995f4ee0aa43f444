import { generateKeyPairSync } from "node:crypto";
import type { IncidentState, Notification } from "@snowmelt/core/engine";
import { openDynamoStores } from "@snowmelt/pipeline/aws";
import type { SQSBatchResponse } from "aws-lambda";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { type AwsWorld, openAwsWorld } from "./aws-world.ts";
import { contextOf, sqsEvent } from "./invocation.ts";

let world: AwsWorld;
let written: string[] = [];
beforeAll(async () => {
  world = await openAwsWorld();
}, 120_000);
afterAll(() => world?.[Symbol.asyncDispose]());
beforeEach(() => {
  written = [];
  vi.spyOn(process.stdout, "write").mockImplementation((text) => written.push(String(text)) > 0);
});
afterEach(() => vi.restoreAllMocks());

/** Metrics as CloudWatch reads them, `name` by the values of its dimensions. */
const metrics = (): readonly string[] =>
  written.flatMap((line) => {
    const parsed = line.includes('"_aws"') ? JSON.parse(line) : undefined;
    return (parsed?._aws.CloudWatchMetrics ?? []).flatMap(
      ({ Dimensions: [names], Metrics }: { Dimensions: string[][]; Metrics: { Name: string }[] }) =>
        Metrics.map(({ Name }) => [Name, ...(names ?? []).map((name) => `${name}=${parsed[name]}`)].join(" ")),
    );
  });

const notification = (change: Partial<Notification>): string =>
  JSON.stringify({
    channel: "team",
    action: "trigger",
    level: 0,
    dedupKey: "prod/flights/airports",
    severity: "error",
    summary: "verify failed",
    openedAtMs: 1_795_000_000_000,
    atMs: 1_795_000_000_000,
    count: 1,
    subject: { environment: "prod", pipeline: "flights" },
    ...change,
  });

describe("notify", () => {
  test("tells of a batch in one message, and only what could not be told comes again", async () => {
    const { handler } = await import("../src/notify/handler.ts");
    world.broken.add("/boss");
    const event = sqsEvent([
      notification({ dedupKey: "prod/flights/a" }),
      notification({ dedupKey: "prod/flights/b", channel: "boss" }),
      notification({ dedupKey: "prod/flights/c" }),
      notification({ channel: "nowhere" }),
      "{",
    ]);
    const answer = (await handler(event, contextOf("notify"))) as SQSBatchResponse;
    expect(answer.batchItemFailures).toEqual([{ itemIdentifier: "m1" }]);
    expect(world.posted.filter(({ path }) => path === "/team").map(({ body }) => /and 1 more/.test(body))).toEqual([
      true,
    ]);
    const dead = await world.messages("alerts-dead");
    expect(dead.map(({ reasonCode }) => reasonCode).sort()).toEqual(["MESSAGE_INVALID", "NOTIFICATION_REFUSED"]);
    world.broken.clear();
    const again = (await handler(event, contextOf("notify"))) as SQSBatchResponse;
    expect(again.batchItemFailures).toEqual([]);
    expect(world.posted.filter(({ path }) => path === "/team")).toHaveLength(1);
    expect(metrics()).toEqual(
      expect.arrayContaining([
        "NotificationsDelivered Environment=prod Channel=team",
        "NotificationsFailed Environment=prod Channel=boss",
        "EventsRefused Environment=prod Function=notify",
        "PeakMemory Environment=prod Function=notify",
      ]),
    );
  });

  test("tries each channel by the minute's event, once a week, and gives a sign of life", async () => {
    const { handler } = await import("../src/notify/handler.ts");
    const before = world.posted.length;
    for (let n = 0; n < 2; n++) await handler({ "detail-type": "Scheduled Event" }, contextOf("notify"));
    const tests = world.posted.slice(before).filter(({ body }) => body.includes("This is a test of the channel"));
    expect(tests.map(({ path }) => path).sort()).toEqual(["/boss", "/team"]);
    expect(metrics().filter((line) => line === "Heartbeat Environment=prod Function=notify")).toHaveLength(2);
  });
});

describe("escalate", () => {
  test("tells the next level when it is due, of what is stale, and of an open breaker, and gives a sign of life", async () => {
    const { handler } = await import("../src/escalate/handler.ts");
    await using stores = openDynamoStores({ table: world.table });
    const openedAtMs = Date.now() - 6 * 60_000;
    const value: IncidentState = {
      version: 1,
      dedupKey: "prod/flights/airports",
      status: "open",
      severity: "error",
      summary: "verify failed",
      openedAtMs,
      count: 1,
      told: 1,
      goods: 0,
      acknowledgedBy: null,
      deadlineAtMs: openedAtMs + 5 * 60_000,
    };
    await stores.incidents.write(value.dedupKey, { value, before: 0, deadlineAtMs: value.deadlineAtMs });
    const open = { version: 1, isOpen: true, generation: 1, sinceMs: 0, openMs: 60_000, probe: null };
    await stores.breakers.write("snowflake", { value: open, before: 0, deadlineAtMs: null });
    const old = { publishedAtMs: Date.now() - 2 * 3_600_000, sinceMs: 0 };
    await world.state.put("published/prod/flights/airports.json", new TextEncoder().encode(JSON.stringify(old)));
    for (let n = 0; n < 2; n++) {
      expect(await handler({}, contextOf("escalate"))).toMatchObject({ stale: 1, slow: 0, failed: 0 });
    }
    const told = (await world.messages("alerts")).map(({ body }) => JSON.parse(body) as Notification);
    expect(told.map(({ channel, level, dedupKey }) => `${channel} ${level} ${dedupKey}`).sort()).toEqual([
      "boss 1 prod/flights/airports",
      "team 0 prod/breaker/snowflake",
      "team 0 prod/flights/airports/freshness",
    ]);
    expect(metrics()).toEqual(
      expect.arrayContaining([
        "Heartbeat Environment=prod Function=escalate",
        "FreshnessAge Environment=prod Pipeline=flights Dataset=airports",
        "BreakerOpen Environment=prod Breaker=snowflake",
      ]),
    );
  });
});

describe("reconcile", () => {
  test("gives a sign of life, and tells no incident the time", async () => {
    const { handler } = await import("../src/reconcile/handler.ts");
    expect(await handler({}, contextOf("reconcile"))).toMatchObject({ failed: 0, isComplete: true });
    expect(metrics()).toContain("Heartbeat Environment=prod Function=reconcile");
  });
});

describe("rotate", () => {
  const token = "0b8d1d4e-8f0a-4b34-9d58-0a3f4d0e6b11";
  const id = "snowmelt/key";

  test("makes a new key as Secrets Manager asks for it, once, and shows it to nobody", async () => {
    const { handler } = await import("../src/rotate/handler.ts");
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const SecretString = JSON.stringify({ privateKey: privateKey.export({ type: "pkcs8", format: "pem" }) });
    await world.ask("secretsmanager.CreateSecret", { Name: id, SecretString });
    const event = { Step: "createSecret", SecretId: id, ClientRequestToken: token };
    expect(await handler(event, contextOf("rotate"))).toMatchObject({ status: "done" });
    const pending = async () => {
      const input = { SecretId: id, VersionStage: "AWSPENDING" };
      return (await world.ask("secretsmanager.GetSecretValue", input)) as { VersionId: string; SecretString: string };
    };
    const first = await pending();
    expect(first).toMatchObject({ VersionId: token, SecretString: expect.stringContaining("PRIVATE KEY") });
    await handler(event, contextOf("rotate"));
    expect(await pending()).toEqual(first);
    expect(written.join("")).not.toContain("PRIVATE KEY");
  });

  test("refuses what is no step of a rotation", async () => {
    const { handler } = await import("../src/rotate/handler.ts");
    const event = { Step: "guessSecret", SecretId: id, ClientRequestToken: token };
    await expect(handler(event, contextOf("rotate"))).rejects.toThrow(/Step/);
  });
});
