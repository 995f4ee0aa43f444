import {
  catalogue,
  type Effect,
  type FunctionSpec,
  functionNames,
  type ResourceNames,
  roleStatementsOf,
  statementsOf,
} from "@snowmelt/core/functions";
import { describe, expect, test } from "vitest";

const key = (name: string) => `arn:aws:kms:eu-central-1:123456789012:key/${name}`;
const names: ResourceNames = {
  partition: "aws",
  region: "eu-central-1",
  account: "123456789012",
  prefix: "snowmelt-prod-",
  lake: { bucket: "acme-lake", prefix: "tables" },
  state: { bucket: "acme-state", prefix: "" },
  stateTable: "snowmelt-prod",
  buses: ["arn:aws:events:eu-central-1:123456789012:event-bus/snowmelt-prod"],
  topics: ["arn:aws:sns:eu-central-1:123456789012:oncall"],
  secrets: {
    snowflake: ["arn:aws:secretsmanager:eu-central-1:123456789012:secret:snowflake-AbCdEf"],
    channels: ["arn:aws:secretsmanager:eu-central-1:123456789012:secret:slack-AbCdEf"],
  },
  keys: { lake: key("lake"), secrets: key("secrets") },
  databases: ["snowmelt_raw"],
  impersonate: [],
};
const roleOf = (name: keyof typeof catalogue, of = names) => roleStatementsOf(catalogue[name], of);

/** As IAM reads `*` and `?`: of one action on one resource, conditions left aside. */
function allows(statements: ReturnType<typeof roleOf>, action: string, resource: string): boolean {
  const like = (pattern: string, text: string): boolean =>
    new RegExp(
      `^${pattern
        .replace(/[.+^${}()|[\]\\]/g, "\\$&")
        .replaceAll("*", ".*")
        .replaceAll("?", ".")}$`,
    ).test(text);
  return statements.some(
    ({ Action, Resource }) => Action.includes(action) && Resource.some((pattern) => like(pattern, resource)),
  );
}
const lake = (path: string) => `arn:aws:s3:::acme-lake/tables/${path}`;
const state = (path: string) => `arn:aws:s3:::acme-state/${path}`;
const queue = (name: string) => `arn:aws:sqs:eu-central-1:123456789012:snowmelt-prod-${name}`;

describe("the statements of effects", () => {
  test("name the actions and the resources of each, and nothing besides", () => {
    const effects: readonly Effect[] = [
      { effect: "readObjects", in: "lake", like: "*/*/_delta_log/*" },
      { effect: "decrypt", key: "lake" },
      { effect: "sendQueue", queue: "events" },
      { effect: "glueTable", access: "write" },
    ];
    expect(statementsOf(effects, names)).toMatchObject([
      { Sid: "ReadObjects", Action: ["s3:GetObject"], Resource: [lake("*/*/_delta_log/*")] },
      {
        Sid: "ListLake",
        Action: ["s3:ListBucket"],
        Resource: ["arn:aws:s3:::acme-lake"],
        Condition: { StringLike: { "s3:prefix": ["tables/*/*/_delta_log/*"] } },
      },
      { Sid: "Send", Action: ["sqs:SendMessage"], Resource: [queue("events")] },
      {
        Sid: "Catalog",
        Resource: [
          "arn:aws:glue:eu-central-1:123456789012:catalog",
          "arn:aws:glue:eu-central-1:123456789012:database/snowmelt_raw",
          "arn:aws:glue:eu-central-1:123456789012:table/snowmelt_raw/*",
        ],
      },
      { Sid: "Decrypt", Action: ["kms:Decrypt"], Resource: [key("lake")] },
    ]);
  });

  test("are the same however often an effect is named", () => {
    const effect: Effect = { effect: "sendQueue", queue: "events" };
    expect(statementsOf([effect, effect], names)).toEqual(statementsOf([effect], names));
  });

  test("of reading the table do not write it, and writing it reads it too", () => {
    const table = "arn:aws:dynamodb:eu-central-1:123456789012:table/snowmelt-prod";
    const reading = statementsOf([{ effect: "stateTable", access: "read" }], names);
    expect(allows(reading, "dynamodb:Query", `${table}/index/due`)).toBe(true);
    expect(allows(reading, "dynamodb:PutItem", table)).toBe(false);
    const writing = statementsOf([{ effect: "stateTable", access: "write" }], names);
    expect([allows(writing, "dynamodb:GetItem", table), allows(writing, "dynamodb:PutItem", table)]).toEqual([
      true,
      true,
    ]);
    expect(allows(writing, "dynamodb:DeleteTable", table)).toBe(false);
  });

  test("leave out what there is no resource for", () => {
    const none = { ...names, keys: {}, topics: [], databases: [], buses: [] };
    const effects: readonly Effect[] = [
      { effect: "encrypt", key: "lake" },
      { effect: "publishTopic" },
      { effect: "putEvents" },
      { effect: "glueTable", access: "write" },
      { effect: "snowflakeRole" },
      { effect: "httpTo", channels: ["slack"] },
    ];
    expect(statementsOf(effects, none)).toEqual([]);
  });

  test("let a role be assumed where Snowflake is asked as another", () => {
    const role = "arn:aws:iam::210987654321:role/snowflake";
    expect(statementsOf([{ effect: "snowflakeRole" }], { ...names, impersonate: [role] })).toEqual([
      { Sid: "Assume", Effect: "Allow", Action: ["sts:AssumeRole"], Resource: [role] },
    ]);
  });
});

describe("the role of a function", () => {
  test("lets land write files of tables and of quarantines, and no log: it cannot commit", () => {
    const role = roleOf("land");
    expect(allows(role, "s3:PutObject", lake("raw/flights/data/run=1/a.parquet"))).toBe(true);
    expect(allows(role, "s3:PutObject", lake("quarantine/flights/data/run=1/a.parquet"))).toBe(true);
    expect(allows(role, "s3:PutObject", lake("raw/flights/_delta_log/00000000000000000001.json"))).toBe(false);
    expect(allows(role, "s3:DeleteObject", lake("raw/flights/data/run=1/a.parquet"))).toBe(true);
    expect(allows(role, "s3:DeleteObject", lake("raw/flights/_delta_log/00000000000000000001.json"))).toBe(false);
    expect(allows(role, "s3:ListBucketMultipartUploads", "arn:aws:s3:::acme-lake")).toBe(true);
    expect(allows(role, "s3:PutObject", "arn:aws:s3:::acme-lake/others/a")).toBe(false);
    expect(allows(role, "s3:PutObject", state("receipts/run/flights/land/0.0.1.0.json"))).toBe(true);
    expect(allows(role, "s3:DeleteObject", state("receipts/run/flights/land/0.0.1.0.json"))).toBe(false);
  });

  test("lets check commit, and clean the log of what a checkpoint holds", () => {
    const role = roleOf("check");
    expect(allows(role, "s3:PutObject", lake("raw/flights/_delta_log/00000000000000000001.json"))).toBe(true);
    expect(allows(role, "s3:DeleteObject", lake("raw/flights/_delta_log/00000000000000000001.json"))).toBe(true);
    expect(allows(role, "s3:DeleteObject", "arn:aws:s3:::acme-lake/others/a")).toBe(false);
    expect(allows(role, "glue:UpdateTable", "arn:aws:glue:eu-central-1:123456789012:catalog")).toBe(false);
  });

  test("lets a function read the queue that calls it, and its own log, alone", () => {
    const role = roleOf("land");
    expect(allows(role, "sqs:ReceiveMessage", queue("land"))).toBe(true);
    expect(allows(role, "sqs:ReceiveMessage", queue("check"))).toBe(false);
    expect(allows(role, "sqs:SendMessage", queue("check"))).toBe(false);
    expect(allows(role, "sqs:SendMessage", queue("land-dead"))).toBe(true);
    expect(allows(roleOf("trigger"), "sqs:SendMessage", queue("trigger-dead"))).toBe(true);
    const log = "arn:aws:logs:eu-central-1:123456789012:log-group:/aws/lambda/snowmelt-prod-";
    expect(allows(role, "logs:PutLogEvents", `${log}land:log-stream:1`)).toBe(true);
    expect(allows(role, "logs:PutLogEvents", `${log}check:log-stream:1`)).toBe(false);
  });

  test("lets notify read what channels are reached by, and not what Snowflake is", () => {
    const read = (name: keyof typeof catalogue, of: "snowflake" | "channels") =>
      allows(roleOf(name), "secretsmanager:GetSecretValue", names.secrets[of][0] ?? "");
    expect([read("notify", "channels"), read("notify", "snowflake")]).toEqual([true, false]);
    expect([read("land", "channels"), read("land", "snowflake")]).toEqual([false, true]);
    expect([read("trigger", "channels"), read("trigger", "snowflake")]).toEqual([false, false]);
  });

  test.each(functionNames)("of %s is for resources by name, within what IAM takes", (name) => {
    const spec: FunctionSpec = catalogue[name];
    const role = roleStatementsOf(spec, names);
    for (const { Action, Resource } of role) {
      expect(Resource).not.toContain("*");
      expect(Action.filter((action) => action.includes("*"))).toEqual([]);
    }
    expect(new Set(role.map(({ Sid }) => Sid)).size).toBe(role.length);
    // An inline policy: 10,240 characters, blanks left aside.
    expect(JSON.stringify({ Version: "2012-10-17", Statement: role }).length).toBeLessThan(10_240);
  });
});
