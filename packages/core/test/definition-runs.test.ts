import {
  after,
  amazonQ,
  checkPipelines,
  cron,
  custom,
  definePipeline,
  definePlatform,
  definitionHash,
  eventBridge,
  every,
  findForeignCode,
  type KnownCode,
  onObject,
  type Pipeline,
  pagerDuty,
  parseDefinition,
  resolveAlerts,
  resolveRunSettings,
  scheduleName,
  schedulesIn,
  secret,
  slack,
  sns,
  webhook,
} from "@snowmelt/core/definition";
import { isSnowmeltError } from "@snowmelt/core/errors";
import { describe, expect, it, test } from "vitest";
import { z } from "zod";
import { cronProblem } from "../src/definition/cron.ts";
import { airports, flights, platform } from "./flights.ts";

const snowflake = { account: "acme", auth: { kind: "workloadIdentity" as const } };
const channels = {
  team: slack({ url: secret("env:SLACK") }),
  oncall: pagerDuty({ routingKey: secret("env:PAGERDUTY") }),
};
const acme = definePlatform({
  name: "acme",
  environments: {
    dev: { snowflake, lake: { root: "./lake" } },
    prod: { snowflake, lake: { root: "s3://acme-lake/tables" } },
  },
  alerts: { channels, escalation: [{ channels: ["team"] }, { after: "30 minutes", channels: ["oncall"] }] },
});
const written = (more: Readonly<Record<string, unknown>> = {}) => ({
  apiVersion: 1,
  name: "flights",
  platform: acme,
  datasets: { flights: { ...flights, extract: {} }, airports },
  ...more,
});
const parsed = (more: Readonly<Record<string, unknown>> = {}): Pipeline => parseDefinition(written(more));

function problemsOf(act: () => unknown): string[] {
  try {
    act();
    return [];
  } catch (error) {
    if (!isSnowmeltError(error, "DEFINITION_INVALID")) throw error;
    return error.message.split("\n- ").slice(1);
  }
}
const problems = (more: Readonly<Record<string, unknown>>) => problemsOf(() => parsed(more));

describe("what a definition says of its runs", () => {
  it("changes nothing of one that says nothing: its hash is what it was", () => {
    const plain = parseDefinition({ apiVersion: 1, name: "flights", platform, datasets: { airports } });
    expect(Object.keys(plain)).toEqual(["apiVersion", "name", "platform", "datasets"]);
    expect(parseDefinition(JSON.parse(JSON.stringify(plain)))).toEqual(plain);
  });

  it("comes back from its normal form as it is", () => {
    const definition = parsed({
      schedule: every("900 seconds"),
      sla: { freshness: "60 minutes" },
      alerts: { goodsToResolve: 2, environments: { dev: { escalation: [{ channels: ["team"] }] } } },
      run: { maxActive: 4, stages: { land: { attempts: 3 } } },
      transforms: { dailyDelays: custom("delays", { top: [1, { deep: null }] }, { after: ["flights"] }) },
    });
    expect(definition.schedule).toEqual([{ kind: "every", interval: "15 minutes" }]);
    expect(definition.sla).toEqual({ freshness: "1 hour" });
    expect(parseDefinition(JSON.parse(JSON.stringify(definition)))).toEqual(definition);
    expect(definitionHash(definition)).toBe(definitionHash(parsed(JSON.parse(JSON.stringify(definition)))));
  });

  it("is checked by the compiler", () => {
    const define = () =>
      definePipeline({
        apiVersion: 1,
        name: "flights",
        platform: acme,
        datasets: { airports },
        schedule: [every("1 hour", { environments: ["prod"] }), cron("0 6 * * ? *", { zone: "Europe/Zurich" })],
        // @ts-expect-error a length of time has a unit
        sla: { freshness: "90" },
      });
    // @ts-expect-error as has that of a schedule
    every("15");
    // @ts-expect-error objects have a prefix
    onObject({});
    expect(problemsOf(define)).toEqual([
      'sla.freshness: expected a duration such as "10 minutes", "1.5 hours" or "0 seconds"',
    ]);
  });
});

describe("a schedule", () => {
  it.each([
    ["90 seconds", "whole minutes"],
    ["30 seconds", "at least one"],
    ["0 minutes", "at least one"],
  ])("every %s is refused", (interval, words) => {
    expect(problems({ schedule: { kind: "every", interval } })).toEqual([expect.stringContaining(words)]);
  });

  it("names the place and what was expected, alone or in a list", () => {
    expect(problems({ schedule: { kind: "evry" } })).toEqual([expect.stringMatching(/^schedule.*expected every\(/)]);
    expect(problems({ schedule: [every("1 hour"), { kind: "cron", expression: "0 6 * * *" }] })).toEqual([
      expect.stringMatching(/^schedule\[1\]\.expression: expected six fields/),
    ]);
    expect(problems({ schedule: { kind: "object" } })).toEqual(["schedule: prefix: missing; expected a string"]);
    expect(problems({ schedule: { ...every("1 hour"), zone: "UTC" } })).toEqual([
      'schedule: unknown key "zone"; known are kind, interval, environments',
    ]);
    expect(problems({ schedule: [] })).toEqual([expect.stringContaining("expected at least one")]);
    expect(problems({ schedule: cron("0 6 * * ? *", { zone: "Mars/Olympus" }) })).toEqual([
      expect.stringContaining("IANA name of a time zone"),
    ]);
  });

  it("holds in environments that there are", () => {
    expect(problems({ schedule: every("1 hour", { environments: ["prd"] }) })).toEqual([
      'schedule[0].environments[0]: there is no environment "prd"; did you mean "prod"?',
    ]);
    const definition = parsed({ schedule: [every("1 hour", { environments: ["prod"] }), every("1 day")] });
    expect(schedulesIn(definition, "dev").map(({ kind }) => kind)).toEqual(["every"]);
    expect(schedulesIn(definition, "prod")).toHaveLength(2);
    expect(schedulesIn(parsed(), "prod")).toEqual([]);
  });

  it("is there once", () => {
    expect(problems({ schedule: [every("1 hour"), every("60 minutes", { environments: ["dev"] })] })).toEqual([
      expect.stringMatching(/^schedule\[1\]: it is the same as schedule\[0\]/),
    ]);
  });

  it("has a name that follows from what it says, not from where it stands", () => {
    const names = (schedule: unknown) =>
      (parsed({ schedule }).schedule ?? []).flatMap((each) =>
        each.kind === "every" || each.kind === "cron" ? [scheduleName(each)] : [],
      );
    const daily = cron("0 6 * * ? *");
    expect(names([every("15 minutes"), daily]).toReversed()).toEqual(names([daily, every("900 seconds")]));
    expect(names(every("15 minutes"))).toEqual(["every-15-minutes"]);
    expect(names([daily, cron("0 6 * * ? *", { zone: "Europe/Zurich" })])).toEqual([
      expect.stringMatching(/^cron-[0-9a-f]{12}$/),
      expect.stringMatching(/^cron-[0-9a-f]{12}$/),
    ]);
    expect(new Set(names([daily, cron("0 6 * * ? *", { zone: "Europe/Zurich" })])).size).toBe(2);
  });

  it("never comes after its own pipeline, nor in a circle, nor after one that there is not", () => {
    expect(problems({ schedule: after("flights") })).toEqual([expect.stringContaining("cannot come after itself")]);
    const named = (name: string, dataset: string, schedule: unknown) =>
      parsed({ name, datasets: { [dataset]: airports }, schedule });
    const circle = [
      named("a", "x", after("c")),
      named("b", "y", after("a")),
      named("c", "z", [every("1 day"), after("b")]),
    ];
    expect(problemsOf(() => checkPipelines(circle))).toEqual([
      "the pipelines a, c, b come after each other in a circle: each run would trigger the next for ever",
    ]);
    expect(problemsOf(() => checkPipelines([named("a", "x", after("bb")), named("b", "y", every("1 day"))]))).toEqual([
      'pipeline a: schedule[0].pipeline: there is no pipeline "bb"; did you mean "b"?',
    ]);
    expect(problemsOf(() => checkPipelines([named("a", "x", after("b")), named("b", "y", every("1 day"))]))).toEqual(
      [],
    );
  });

  describe("by objects", () => {
    it("looks at the lake's bucket unless told otherwise, where the lake is in one", () => {
      expect(problems({ schedule: onObject({ prefix: "drops/" }) })).toEqual([]);
      expect(problems({ schedule: onObject({ prefix: "drops/", environments: ["dev"] }) })).toEqual([
        expect.stringContaining("expected a bucket"),
      ]);
      expect(problems({ schedule: onObject({ prefix: "drops/", bucket: "drops", environments: ["dev"] }) })).toEqual(
        [],
      );
    });

    it.each(["tables/raw/flights/", "tables/", "t", "tables/quarantine/airports/data/"])(
      "of %s, where runs write, is refused: each run would trigger the next",
      (prefix) => {
        expect(problems({ schedule: onObject({ prefix }) })).toEqual([
          expect.stringMatching(/^schedule\[0\]\.prefix: .* each run would trigger the next$/),
        ]);
        expect(problems({ schedule: onObject({ prefix, bucket: "others" }) })).toEqual([]);
      },
    );

    it.each(["/drops/", "drops/*.csv", ""])("takes no prefix like %j", (prefix) => {
      expect(problems({ schedule: onObject({ prefix, bucket: "drops" }) })).toEqual([
        expect.stringMatching(/^schedule.*prefix: expected a/),
      ]);
    });
  });
});

describe("a cron expression", () => {
  it.each([
    "0 6 * * ? *",
    "0/15 * * * ? *",
    "30 8 ? * MON-FRI *",
    "0 0 1 1 ? 2027",
    "0 0 L * ? *",
    "0 0 15W * ? *",
    "0 10 ? * 6#3 *",
    "0 10 ? * FRIL *",
    "0,30 0-6,22-23 ? JAN,JUL FRI-MON 2026-2030",
    "0 0 31 2,3 ? *",
    "*/5 * ? * * *",
  ])("%s is right", (expression) => {
    expect(cronProblem(expression)).toBeUndefined();
  });

  it.each([
    ["0 6 * * *", "six fields"],
    ["0 6 * * ? * *", "six fields"],
    ["0  6 * * ? *", "one blank"],
    ["", "six fields"],
    ["60 6 * * ? *", "minute of 0 to 59"],
    ["0 24 * * ? *", "hour of 0 to 23"],
    ["0 6 0 * ? *", "day of month of 1 to 31"],
    ["0 6 32W * ? *", "day of month"],
    ["0 6 ? 13 * *", "month of 1 to 12 or JAN to DEC"],
    ["0 6 ? jan * *", "month"],
    ["0 6 ? * 8 *", "day of week of 1 to 7 or SUN to SAT"],
    ["0 6 ? * MON#6 *", "day of week"],
    ["0 6 * * ? 1969", "year of 1970 to 2199"],
    ["10-5 6 * * ? *", "minute"],
    ["0/0 6 * * ? *", "minute"],
    ["5,,6 6 * * ? *", "minute"],
    ["0/5/5 6 * * ? *", "minute"],
    ["0 6 * * * *", "? as exactly one"],
    ["0 6 ? * ? *", "? as exactly one"],
    ["0 6 31 FEB,APR ? *", "it would never come"],
  ])("%j is refused: %s", (expression, words) => {
    expect(cronProblem(expression)).toContain(words);
  });
});

describe("what is promised", () => {
  it("can be kept by the schedule", () => {
    expect(problems({ schedule: every("1 hour"), sla: { freshness: "1 hour" } })).toEqual([
      "sla.freshness: expected more than 1 hour, as it runs every 1 hour and a run takes time",
    ]);
    expect(problems({ schedule: every("1 hour"), sla: { freshness: "61 minutes" } })).toEqual([]);
    expect(problems({ schedule: [every("1 hour"), after("x")], sla: { freshness: "5 minutes" } })).toEqual([]);
    expect(problems({ sla: { freshness: "5 minutes", duration: "0 seconds" } })).toEqual([
      "sla.duration: expected a duration above 0",
    ]);
  });
});

describe("alerts", () => {
  it("are those of the platform, the environment's upon them, the pipeline's upon both, and its own for the environment on top", () => {
    const layered = definePlatform({
      ...acme,
      environments: {
        dev: acme.environments.dev ?? { snowflake, lake: { root: "./lake" } },
        prod: {
          snowflake,
          lake: { root: "s3://acme-lake" },
          alerts: { channels: { team: sns({ topic: "prod-alerts" }) }, goodsToResolve: 3 },
        },
      },
    });
    const definition = parsed({
      platform: layered,
      alerts: {
        rateLimit: { messages: 5, per: "1 hour" },
        environments: { dev: { escalation: [{ channels: ["team"] }] } },
      },
    });
    expect(resolveAlerts(definition, "prod")).toEqual({
      channels: { team: { kind: "sns", topic: "prod-alerts" }, oncall: { ...channels.oncall, region: "us" } },
      policy: {
        levels: [
          { afterMs: 0, channels: ["team"] },
          { afterMs: 1_800_000, channels: ["oncall"] },
        ],
        goodsToResolve: 3,
        acknowledgedForMs: 14_400_000,
      },
      rateLimit: { messages: 5, perMs: 3_600_000 },
    });
    expect(resolveAlerts(definition, "dev")).toMatchObject({
      channels: { team: { kind: "slack" } },
      policy: { levels: [{ channels: ["team"] }], goodsToResolve: 1 },
    });
  });

  it("go to nobody where no level is named", () => {
    expect(resolveAlerts({ platform }, "dev")).toEqual({
      channels: {},
      policy: undefined,
      rateLimit: { messages: 20, perMs: 60_000 },
    });
  });

  it("name channels that there are, wherever the level holds", () => {
    const level = (...names: string[]) => ({ escalation: [{ channels: names }] });
    expect(problems({ alerts: level("taem") })).toEqual([
      'alerts.escalation[0].channels[0]: there is no channel "taem"; did you mean "team"?',
    ]);
    expect(problems({ alerts: level("team", "team") })).toEqual([
      "alerts.escalation[0].channels[1]: team is named already",
    ]);
    expect(problems({ alerts: { environments: { prod: level("pager"), prd: {} } } })).toEqual([
      'alerts.environments.prd: there is no environment "prd"; did you mean "prod"?',
      expect.stringMatching(/^alerts\.environments\.prod\.escalation\[0\]\.channels\[0\]: there is no channel "pager"/),
    ]);
    const bare = { name: "acme", environments: { dev: { snowflake, lake: { root: "./lake" } } } };
    expect(problemsOf(() => definePlatform({ ...bare, alerts: level("team") }))).toEqual([
      'alerts.escalation[0].channels[0]: there is no channel "team": the platform has none in dev',
    ]);
    const own = { ...bare.environments.dev, alerts: { channels, ...level("team") } };
    expect(problemsOf(() => definePlatform({ ...bare, environments: { dev: own } }))).toEqual([]);
    expect(
      problemsOf(() =>
        definePlatform({ ...bare, alerts: level("team"), environments: { dev: own, test: bare.environments.dev } }),
      ),
    ).toEqual(['alerts.escalation[0].channels[0]: there is no channel "team": the platform has none in test']);
  });

  it("begin at once, and each level comes later than the one before", () => {
    const levels = (...afters: string[]) => ({
      alerts: { escalation: afters.map((text) => ({ after: text, channels: ["team"] })) },
    });
    expect(problems(levels("5 minutes"))).toEqual([
      expect.stringMatching(/^alerts\.escalation\[0\]\.after: expected the first/),
    ]);
    expect(problems(levels("0 seconds", "1 hour", "60 minutes"))).toEqual([
      "alerts.escalation[2].after: expected more than 1 hour, as the level before it has",
    ]);
  });

  it("know addresses and keys as secrets alone, and show none that stands in their place", () => {
    const url = "https://hooks.slack.com/services/T0/B0/verysecret";
    const wrong = { ...acme, alerts: { channels: { team: { kind: "slack", url } } } };
    const [problem = ""] = problems({ platform: wrong });
    expect(problem).toMatch(/^platform\.alerts\.channels\.team\.url: expected secret\("scheme:name"\)/);
    expect(problem).not.toContain("verysecret");
    const keyless = webhook({ url: secret("env:URL"), signingKeys: [] });
    expect(problems({ platform: { ...acme, alerts: { channels: { hook: keyless } } } })).toEqual([
      expect.stringContaining("expected at least one signing key"),
    ]);
  });

  it("reach every kind of channel", () => {
    const all = {
      mail: sns({ topic: "arn:aws:sns:eu-central-1:123456789012:alerts" }),
      hook: webhook({ url: secret("env:URL"), signingKeys: [secret("env:KEY")] }),
      bus: eventBridge({ bus: "acme" }),
      chat: amazonQ({ topic: "chat" }),
      teams: custom("teams", { room: "data" }),
      ...channels,
    };
    expect(problems({ platform: { ...acme, alerts: { channels: all } } })).toEqual([]);
    for (const [bad, words] of [
      [sns({ topic: "orders.fifo" }), "SNS topic"],
      [eventBridge({ bus: "a b" }), "event bus"],
      [custom("no name"), "expected a name of letters"],
      [{ kind: "email" }, "expected sns(), slack()"],
    ] as const) {
      expect(problems({ platform: { ...acme, alerts: { channels: { bad } } } })).toEqual([
        expect.stringContaining(words),
      ]);
    }
  });
});

describe("how runs are carried out", () => {
  it("is said for environments and stages that there are, with times that go together", () => {
    expect(problems({ run: { environments: { prd: {} } } })).toEqual([
      'run.environments.prd: there is no environment "prd"; did you mean "prod"?',
    ]);
    expect(problems({ run: { stages: { landing: {} } } })).toEqual([expect.stringMatching(/^run\.stages/)]);
    expect(problems({ run: { stages: { land: { timeout: "10 minutes", giveUp: "5 minutes" } } } })).toEqual([
      "run.stages.land.giveUp: expected at least 10 minutes, the timeout of one try; got 5 minutes",
    ]);
    expect(problems({ run: { stages: { land: { baseDelay: "1 minute", maxDelay: "1 second" } } } })).toEqual([
      "run.stages.land.maxDelay: expected at least 1 minute, the first delay; got 1 second",
    ]);
    expect(problems({ run: { maxActive: 0 } })).toEqual([expect.stringContaining("run.maxActive")]);
  });

  it("is merged stage by stage", () => {
    const definition = parsed({
      run: {
        stages: { land: { attempts: 3 } },
        environments: { prod: { stages: { land: { timeout: "5 minutes" }, check: {} } } },
      },
    });
    expect(resolveRunSettings(definition, "prod")).toEqual({
      stages: { land: { attempts: 3, timeout: "5 minutes" }, check: {} },
    });
    expect(resolveRunSettings(definition, "dev")).toEqual({ stages: { land: { attempts: 3 } } });
  });
});

describe("transforms", () => {
  it("have names of their own, and come after datasets that there are", () => {
    const transforms = (more: Readonly<Record<string, unknown>>) => problems({ transforms: more });
    expect(transforms({ Flights: custom("x", {}, { after: ["airports"] }) })).toEqual([
      'transforms.Flights: there is a dataset "flights" already',
    ]);
    expect(transforms({ delays: custom("x", {}, { after: ["flihgts"] }) })).toEqual([
      'transforms.delays.after[0]: there is no dataset "flihgts"; did you mean "flights"?',
    ]);
    expect(transforms({ delays: custom("x") })).toEqual([expect.stringMatching(/^transforms\.delays\.after: /)]);
  });
});

test("own code that nobody gives is refused at plan", () => {
  const alerts = { channels: { teams: custom("teams") } };
  const definition = parsed({
    platform: { ...acme, alerts },
    transforms: { delays: custom("delys", {}, { after: ["flights"] }) },
  });
  const code = (name: string) => ({ [name]: { name, options: z.strictObject({}) } });
  const known = (more: Partial<KnownCode>): KnownCode => ({ rules: {}, stages: {}, channels: {}, ...more });
  expect(findForeignCode(definition, known({}))).toEqual([
    { path: "transforms.delays.name", message: expect.stringContaining('custom("delys") is nobody\'s') },
    { path: "platform.alerts.channels.teams.name", message: expect.stringContaining("openRuntime({ extensions })") },
  ]);
  expect(findForeignCode(definition, known({ channels: code("teams"), stages: code("delays") }))).toEqual([
    { path: "transforms.delays.name", message: expect.stringContaining('did you mean "delays"?') },
  ]);
  expect(findForeignCode(definition, known({ channels: code("teams"), stages: code("delys") }))).toEqual([]);
});

test("options of own code are plain JSON", () => {
  expect(
    problems({ transforms: { delays: custom("x", { at: new Date(0) as never }, { after: ["flights"] }) } }),
  ).toHaveLength(1);
});
