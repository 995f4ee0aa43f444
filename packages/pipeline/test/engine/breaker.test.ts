import { BreakerConfig } from "@snowmelt/core/engine";
import { isSnowmeltError } from "@snowmelt/core/errors";
import { manualClock, seededRandom, silentLogger, silentMetrics } from "@snowmelt/core/ports";
import {
  type BreakerPorts,
  engineError,
  openBreaker,
  openMemoryStores,
  verdictOfError,
} from "@snowmelt/pipeline/engine";
import { describe, expect, test } from "vitest";

const config = BreakerConfig.parse({ minCalls: 4 });
const network = Object.assign(new Error("reset"), { code: "ECONNRESET" });

function openCallers(over: Partial<BreakerPorts> = {}) {
  const { breakers, calls } = openMemoryStores();
  const clock = manualClock(1000 * 60_000);
  const open = (seed: number) =>
    openBreaker(config, {
      breakers,
      calls,
      clock,
      random: seededRandom(seed),
      logger: silentLogger,
      metrics: silentMetrics,
      ...over,
    });
  let made = 0;
  const call = (seed: number, result: () => Promise<string>): Promise<string> =>
    open(seed)
      .guard(
        "snowflake",
        () => {
          made++;
          return result();
        },
        (end) => (end.kind === "threw" ? verdictOfError(end.error) : "ok"),
      )
      .catch((error: unknown) => (isSnowmeltError(error, "BREAKER_OPEN") ? "refused" : "threw"));
  const bad = async (): Promise<string> => Promise.reject(network);
  return { clock, breakers, call, bad, made: () => made };
}

describe("a breaker that many share", () => {
  test("opens for all of them by calls that were made by each", async () => {
    const { call, bad } = openCallers();
    for (let caller = 0; caller < 4; caller++) expect(await call(caller, bad)).toBe("threw");
    expect(await call(9, async () => "ok")).toBe("refused");
  });

  test("lets one of two hundred probe, and its good end lets all through", async () => {
    const { call, bad, clock, made } = openCallers();
    for (let caller = 0; caller < 4; caller++) await call(caller, bad);
    clock.advance(config.openMs);
    const probes = await Promise.all(Array.from({ length: 200 }, (_, caller) => call(caller, async () => "ok")));
    expect(probes.filter((each) => each === "ok")).toHaveLength(1);
    expect(made()).toBe(5);
    expect(await call(7, async () => "ok")).toBe("ok");
  });

  test("is not opened by what is the callers' own doing", async () => {
    const { call } = openCallers();
    for (let caller = 0; caller < 20; caller++) await call(caller, () => Promise.reject(new TypeError("typo")));
    expect(await call(9, async () => "ok")).toBe("ok");
  });

  test("lets every call through when its store is down", async () => {
    const down = () => Promise.reject(new Error("no table"));
    const { call } = openCallers({ breakers: { read: down, write: down, due: down, async *list() {} } });
    expect(await call(1, async () => "ok")).toBe("ok");
    expect(await call(1, () => Promise.reject(network))).toBe("threw");
  });
});

describe("what an error says of its service", () => {
  test.each([
    ["a connection that was reset", network, "bad"],
    ["a wrapped one", new Error("query failed", { cause: network }), "bad"],
    ["throttling by AWS", Object.assign(new Error("slow"), { name: "ThrottlingException" }), "bad"],
    ["an answer 503", Object.assign(new Error("no"), { $metadata: { httpStatusCode: 503 } }), "bad"],
    ["an answer 429", Object.assign(new Error("no"), { response: { status: 429 } }), "bad"],
    ["Snowflake's 390xxx", Object.assign(new Error("no"), { code: "390114" }), "bad"],
    ["an answer 403", Object.assign(new Error("no"), { $metadata: { httpStatusCode: 403 } }), "other"],
    ["SQL that is wrong", Object.assign(new Error("no"), { code: "001003" }), "other"],
    ["an error of ours", engineError("RUN_UNKNOWN", "no"), "other"],
    ["nothing", undefined, "other"],
  ] as const)("%s: %s is %s", (_, error, verdict) => expect(verdictOfError(error)).toBe(verdict));
});
