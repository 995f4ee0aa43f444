import { definePipeline, definePlatform, type Pipeline } from "@snowmelt/core/definition";
import { readSnapshot } from "@snowmelt/lake/delta";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type FaultProxy, openFaultProxy } from "../../../lake/test/s3/fault-proxy.ts";
import { accountsPipeline, changeAccounts, createAccounts, expectSourceInLake } from "../crash/accounts.ts";
import { emptyLake } from "../crash/empty-lake.ts";
import { freezeChild } from "../crash/start-child.ts";
import { createInternalStage, internalStage, stagedFiles } from "../internal-stage/inside.ts";
import { lakeRows } from "../lake-rows.ts";
import { manifestOf, runCommand } from "../must-hold/command-line.ts";
import { openS3Landscape, type S3Landscape } from "../s3-landscape.ts";
import { copies } from "./copies.ts";
import { everything, type RefusedFrom, refuseFrom } from "./refuse-from.ts";

let land: S3Landscape;
let proxy: FaultProxy;
beforeAll(async () => {
  land = await openS3Landscape({
    stage: true,
    snowflake: { unload: { timestampIsUtc: true, rowsPerThread: 2000 } },
  });
  proxy = await openFaultProxy(land.aws.endpoint);
}, 240_000);
afterAll(async () => {
  await proxy?.[Symbol.asyncDispose]();
  await land?.[Symbol.asyncDispose]();
});
beforeEach(async () => {
  proxy.reset();
  await emptyLake(land);
  await createAccounts(land, 12_000);
});

const denied = {
  status: 403,
  code: "AccessDenied",
  message: "User is not authorized to perform: s3:PutObject on the resource",
};
const expired = { status: 400, code: "ExpiredToken", message: "The provided token has expired." };
const disabled = {
  status: 400,
  code: "KMS.DisabledException",
  message: "arn:aws:kms:eu-central-1:000000000000:key/k is disabled.",
};
const gone = { status: 404, code: "NoSuchBucket", message: "The specified bucket does not exist" };

interface Case {
  readonly name: string;
  readonly refused: RefusedFrom;
  readonly failure: { readonly code: string; readonly message: RegExp };
  readonly exitCode: number;
}

const secondDataFile = { when: "PUT .parquet", nth: 2 };
const firstLogEntry = { when: "PUT _delta_log", nth: 1 };

/** Whether the entry is there cannot be known, so the error is the commit's; it says why. */
const lost = (message: RegExp) => ({ failure: { code: "DELTA_COMMIT_LOST", message }, exitCode: 7 });

const cases: readonly Case[] = [
  {
    name: "a PUT is refused after some files have landed",
    refused: { ...secondDataFile, refuses: ["PUT", "POST"], ...denied },
    failure: { code: "STORE_ACCESS_DENIED", message: /s3:PutObject/ },
    exitCode: 3,
  },
  {
    name: "the token expires after landing and before the commit",
    refused: { when: "GET .parquet", nth: 1, refuses: everything, ...expired },
    failure: { code: "STORE_CREDENTIALS_EXPIRED", message: /expired/ },
    exitCode: 3,
  },
  {
    name: "the token expires before the commit looks at its files",
    refused: { when: "HEAD .parquet", nth: 1, refuses: everything, ...expired },
    failure: { code: "STORE_CREDENTIALS_EXPIRED", message: /expired/ },
    exitCode: 3,
  },
  {
    name: "the token expires as the commit is sent",
    refused: { ...firstLogEntry, refuses: everything, ...expired },
    ...lost(/ExpiredToken \(400\): "The provided token has expired\."/),
  },
  {
    name: "the commit alone is refused",
    refused: { ...firstLogEntry, refuses: ["PUT _delta_log"], ...denied },
    failure: { code: "STORE_ACCESS_DENIED", message: /s3:PutObject/ },
    exitCode: 3,
  },
  {
    name: "the KMS key is disabled in the middle",
    refused: { ...secondDataFile, refuses: ["PUT", "POST", "GET .parquet"], ...disabled },
    failure: { code: "STORE_KMS_REFUSED", message: /is disabled/ },
    exitCode: 3,
  },
  {
    name: "the bucket is gone in the middle",
    refused: { ...secondDataFile, refuses: everything, ...gone },
    failure: { code: "STORE_BUCKET_MISSING", message: /snowmelt-lake/ },
    exitCode: 7,
  },
];

const options = { quarantines: false, route: "stream", maxFileBytes: 40_000 } as const;

/** What is in the table, by its log; undefined while there is none. */
const rowsInTable = async (): Promise<(string | null)[][] | undefined> =>
  (await readSnapshot({ store: land.store, path: "raw/accounts" })) &&
  lakeRows(land.store, "raw/accounts", "ID::VARCHAR, BALANCE::VARCHAR", "ID");

/** Files below the table that no version of it names. */
async function orphans(): Promise<string[]> {
  const named = new Set<string>();
  const latest = await readSnapshot({ store: land.store, path: "raw/accounts" });
  for (let version = latest?.version ?? -1; version >= 0; version--) {
    const snapshot = await readSnapshot({ store: land.store, path: "raw/accounts" }, { version });
    for (const path of snapshot?.files.keys() ?? []) named.add(`raw/accounts/${path}`);
  }
  const found: string[] = [];
  for await (const { key } of land.store.list("raw/accounts/data/")) if (!named.has(key)) found.push(key);
  return found;
}

/** The same pipeline, in a lake that names another stage. */
function inStage(pipeline: Pipeline, stage: string): Pipeline {
  const { local } = pipeline.platform.environments;
  if (!local) throw new Error("no environment");
  const lake = { ...local.lake, stage };
  return definePipeline({
    ...pipeline,
    platform: definePlatform({ ...pipeline.platform, environments: { local: { ...local, lake } } }),
  });
}

const throughProxy = () => ({ lake: { ...land.access, s3Endpoint: proxy.endpoint } });

describe("S3 refuses in the middle of a stream", { timeout: 120_000 }, () => {
  test.each(cases)("$name: the command says so, nothing is visible, and the next run lands all once", async (given) => {
    const pipeline = accountsPipeline(land, options);
    const isRefused = refuseFrom(proxy, given.refused);
    const env = { ...land.aws.env, AWS_ENDPOINT_URL_S3: proxy.endpoint };
    const ended = await runCommand(land, pipeline, { args: ["--json"], env });
    expect(isRefused()).toBe(true);
    expect(ended.code, ended.err).toBe(given.exitCode);
    const { code, message } = given.failure;
    expect(manifestOf(ended).datasets).toMatchObject([
      { outcome: "failed", deltaVersion: null, failure: { code, message: expect.stringMatching(message) } },
    ]);
    expect(await rowsInTable()).toBeUndefined();
    proxy.reset();
    expect(await land.run(pipeline, throughProxy())).toMatchObject({ status: "succeeded" });
    await expectSourceInLake(land, options);
    expect(await orphans()).toEqual([]);
  });

  test.each(cases)("$name, of a table that is there: it stays as it was", async ({ refused, failure }) => {
    const pipeline = accountsPipeline(land, options);
    await land.run(pipeline);
    const before = await rowsInTable();
    await changeAccounts(land, 3000);
    const isRefused = refuseFrom(proxy, refused);
    const { datasets } = await land.run(pipeline, throughProxy());
    expect(isRefused()).toBe(true);
    expect(datasets).toMatchObject([{ outcome: "failed", failure: { code: failure.code } }]);
    expect(await rowsInTable()).toEqual(before);
    proxy.reset();
    expect((await land.run(pipeline, throughProxy())).datasets).toMatchObject([{ outcome: "committed" }]);
    await expectSourceInLake(land, options);
    expect(await orphans()).toEqual([]);
  });
});

test("a bucket that is deleted before the commit is named; once it is there again, everything lands in it", {
  timeout: 120_000,
}, async () => {
  const pipeline = accountsPipeline(land, options);
  await land.run(pipeline);
  await changeAccounts(land);
  const frozen = await freezeChild(land, pipeline, { freezeAt: { kind: "stageStarted", stage: "commit" } });
  const keys: string[] = [];
  for await (const { key } of land.store.list("")) keys.push(key);
  for (const key of keys) await land.store.delete(key);
  expect((await fetch(`${land.aws.endpoint}/snowmelt-lake`, { method: "DELETE" })).status).toBe(204);
  const woken = await frozen.wake();
  await land.createBucket();
  expect(woken).toMatchObject({
    datasets: [{ outcome: "failed", failure: { message: expect.stringMatching(/snowmelt-lake.*NoSuchBucket/) } }],
  });
  expect(await rowsInTable()).toBeUndefined();
  expect((await land.run(pipeline)).datasets).toMatchObject([{ outcome: "committed", laneVersion: 1 }]);
  await expectSourceInLake(land, options);
  expect(await orphans()).toEqual([]);
});

describe("S3 refuses in the middle of an unload", { timeout: 120_000 }, () => {
  const registering: readonly Case[] = [
    {
      name: "a footer may not be read",
      refused: { when: "GET .parquet", nth: 2, refuses: ["GET .parquet"], ...denied },
      failure: { code: "STORE_ACCESS_DENIED", message: /AccessDenied/ },
      exitCode: 3,
    },
    {
      name: "the KMS key is disabled before the footers are read",
      refused: { when: "GET .parquet", nth: 1, refuses: ["PUT", "POST", "GET .parquet"], ...disabled },
      failure: { code: "STORE_KMS_REFUSED", message: /is disabled/ },
      exitCode: 3,
    },
    ...cases.filter(({ refused }) => refused.when === firstLogEntry.when),
    {
      name: "the bucket is gone before the commit",
      refused: { ...firstLogEntry, refuses: everything, ...gone },
      ...lost(/NoSuchBucket/),
    },
  ];
  const unloaded = { ...options, route: "unload" } as const;

  test.each(registering)("$name: nothing is visible, and the next run takes the same unload", async (given) => {
    const pipeline = accountsPipeline(land, unloaded);
    const before = await copies(land);
    const isRefused = refuseFrom(proxy, given.refused);
    const { datasets } = await land.run(pipeline, throughProxy());
    expect(isRefused()).toBe(true);
    const { code, message } = given.failure;
    expect(datasets).toMatchObject([{ outcome: "failed", failure: { code, message: expect.stringMatching(message) } }]);
    expect(await rowsInTable()).toBeUndefined();
    proxy.reset();
    expect((await land.run(pipeline, throughProxy())).datasets).toMatchObject([
      { outcome: "committed", route: "unload" },
    ]);
    expect(await copies(land)).toBe(before + 1);
    await expectSourceInLake(land, unloaded);
    expect(await orphans()).toEqual([]);
  });
});

describe("S3 refuses in the middle of a move out of an internal stage", { timeout: 120_000 }, () => {
  const moving: Case["refused"][] = [
    { ...secondDataFile, refuses: ["PUT", "POST"], ...denied },
    { ...secondDataFile, refuses: ["PUT", "POST", "GET .parquet"], ...disabled },
    { ...secondDataFile, refuses: everything, ...expired },
    { ...secondDataFile, refuses: everything, ...gone },
  ];
  const unloaded = { ...options, route: "unload" } as const;

  test.each(moving)("with $code: nothing is visible, and the next run moves the rest", async (refused) => {
    await createInternalStage(land);
    const pipeline = inStage(accountsPipeline(land, unloaded), internalStage);
    const before = await copies(land);
    const isRefused = refuseFrom(proxy, refused);
    const { datasets } = await land.run(pipeline, throughProxy());
    expect(isRefused()).toBe(true);
    expect(datasets).toMatchObject([
      {
        outcome: "failed",
        route: "unload",
        failure: { stage: "land", message: expect.stringContaining(refused.code) },
      },
    ]);
    expect(await rowsInTable()).toBeUndefined();
    const staged = await stagedFiles(land);
    expect(staged.length).toBeGreaterThan(2);
    proxy.reset();
    expect((await land.run(pipeline, throughProxy())).datasets).toMatchObject([
      { outcome: "committed", route: "unload" },
    ]);
    const puts = proxy.seen.filter(({ line }) => line.startsWith("PUT") && line.includes(".parquet"));
    expect(puts.length, "of files that were not there").toBeLessThan(staged.length);
    expect(await copies(land)).toBe(before + 1);
    expect(await stagedFiles(land)).toEqual([]);
    await expectSourceInLake(land, unloaded);
    expect(await orphans()).toEqual([]);
  });
});
