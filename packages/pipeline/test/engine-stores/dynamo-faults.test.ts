import { manualClock, seededRandom } from "@snowmelt/core/ports";
import { RetryPolicy, worstCaseDelayMs } from "@snowmelt/core/retry";
import { openDynamoStores } from "@snowmelt/pipeline/aws";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openDynamoTable } from "../../src/aws/dynamodb/dynamo-table.ts";
import { runKeys } from "../../src/aws/dynamodb/item-keys.ts";
import { planCommit, toTransactItems } from "../../src/aws/dynamodb/plan-commit.ts";
import { planUnpacking } from "../../src/aws/dynamodb/unpack-spill.ts";
import { collect } from "../../src/engine/testing/contract-cases.ts";
import { sampleIncident } from "../../src/engine/testing/engine-stores-contract.ts";
import { changeOf, requested, sampleGraph, told, wholeRun } from "../../src/engine/testing/sample-run.ts";
import { type EndpointFault, type FaultyEndpoint, openFaultyEndpoint } from "./faulty-endpoint.ts";
import { type EngineTables, type OpenedTable, openEngineTables } from "./open-engine-table.ts";

let tables: EngineTables;
let endpoint: FaultyEndpoint;
let opened: OpenedTable;
beforeAll(async () => {
  tables = await openEngineTables();
});
afterAll(() => tables?.[Symbol.asyncDispose]());
beforeEach(async () => {
  endpoint = await openFaultyEndpoint(tables.endpoint);
  opened = await tables.open();
});
afterEach(() => endpoint[Symbol.asyncDispose]());

const settings = { clock: manualClock(1e12), random: seededRandom(1) };
const openFaulty = async () => (await tables.open({ table: opened.table, endpoint: endpoint.url, ...settings })).stores;

const fault = (status: number, type: string, more: Readonly<Record<string, unknown>> = {}): EndpointFault => ({
  kind: "answer",
  status,
  body: { __type: `com.amazonaws.dynamodb.v20120810#${type}`, message: type, ...more },
});
const cancelled = (...codes: readonly string[]): EndpointFault =>
  fault(400, "TransactionCanceledException", { CancellationReasons: codes.map((Code) => ({ Code })) });
const lostAnswer: EndpointFault = { kind: "lostAnswer" };

describe("a transaction that DynamoDB does not get to", () => {
  test("is tried again after conflicts, throttling and failures of the service", async () => {
    const { runs } = await openFaulty();
    endpoint.plan("TransactWriteItems", [
      cancelled("None", "TransactionConflict", "None"),
      cancelled("ThrottlingError", "None"),
      fault(400, "ThrottlingException"),
      fault(400, "TransactionInProgressException"),
      fault(500, "InternalServerError"),
    ]);
    expect((await runs.commit(changeOf(sampleGraph(), undefined, requested("a")))).kind).toBe("done");
    expect(endpoint.counts.get("TransactWriteItems")).toBe(6);
  });

  test("is lost or seen by its conditions, whatever else was in its way", async () => {
    const { runs } = await openFaulty();
    const begin = changeOf(sampleGraph(), undefined, requested("a"));
    endpoint.plan("TransactWriteItems", [
      cancelled("ConditionalCheckFailed", "TransactionConflict"),
      cancelled("ConditionalCheckFailed", "ConditionalCheckFailed"),
      cancelled("TransactionConflict", "ConditionalCheckFailed"),
    ]);
    expect(await runs.commit(begin)).toEqual({ kind: "seen" });
    expect(await runs.commit(begin)).toEqual({ kind: "seen" });
    expect(await runs.commit(begin)).toEqual({ kind: "lost" });
    expect(endpoint.counts.get("TransactWriteItems")).toBe(3);
  });

  test("is given up after eight tries, with what was said last", async () => {
    const { runs } = await openFaulty();
    endpoint.plan("TransactWriteItems", Array(8).fill(cancelled("None", "TransactionConflict")));
    const commit = runs.commit(changeOf(sampleGraph(), undefined, requested("a")));
    await expect(commit).rejects.toMatchObject({ code: "RETRIES_EXHAUSTED" });
    expect(endpoint.counts.get("TransactWriteItems")).toBe(8);
    expect(worstCaseDelayMs(RetryPolicy.parse({ attempts: 8, baseDelayMs: 25, maxDelayMs: 1000 }))).toBe(2575);
  });

  test("is not tried again where it is refused for what it is", async () => {
    const { runs } = await openFaulty();
    endpoint.plan("TransactWriteItems", [fault(400, "AccessDeniedException")]);
    const commit = runs.commit(changeOf(sampleGraph(), undefined, requested("a")));
    await expect(commit).rejects.toMatchObject({ code: "ENGINE_STORE_DENIED" });
    expect(endpoint.counts.get("TransactWriteItems")).toBe(1);
  });
});

describe("an answer that was lost", () => {
  test("leaves a change done, and says so, not that it was seen", async () => {
    const { runs } = await openFaulty();
    endpoint.plan("TransactWriteItems", [lostAnswer]);
    expect((await runs.commit(changeOf(sampleGraph(), undefined, requested("a")))).kind).toBe("done");
    expect(await collect(runs.audit("a"))).toHaveLength(1);
  });

  test("leaves a command with who took it", async () => {
    const { runs } = await openFaulty();
    await told(runs, requested("a"));
    const [item] = await runs.pending(0, { limit: 1 });
    if (!item) throw new Error("no command");
    endpoint.plan("UpdateItem", [lostAnswer]);
    expect((await runs.take(item, { nowMs: 0, untilMs: 100 }))?.attempts).toBe(1);
  });

  test("leaves a lease with who claimed it, under the one fence", async () => {
    const { leases } = await openFaulty();
    endpoint.plan("UpdateItem", [lostAnswer]);
    const claimed = await leases.claim("a", { holder: "one", nowMs: 0, leaseMs: 100 });
    expect(claimed).toEqual({ kind: "claimed", fence: 1 });
  });

  test("leaves a document written by who wrote it", async () => {
    const { incidents } = await openFaulty();
    for (const before of [0, 1]) {
      endpoint.plan("PutItem", [lostAnswer]);
      expect(await incidents.write("i", { value: sampleIncident(before), before, deadlineAtMs: null })).toBe(true);
    }
    expect(await incidents.write("i", { value: sampleIncident(1), before: 1, deadlineAtMs: null })).toBe(false);
  });
});

describe("a process that dies", () => {
  const wide = changeOf(sampleGraph(250), undefined, requested("wide"));
  /** What a commit does up to a point, as a process would that died there. */
  const table = () => {
    const { region, credentials } = {
      region: "us-east-1",
      credentials: { accessKeyId: "123456789012", secretAccessKey: "test" },
    };
    return openDynamoTable({ table: opened.table, endpoint: tables.endpoint, region, credentials, ...settings });
  };

  test("between a wide change and its commands leaves all of them, each once", async () => {
    const { runs } = opened.stores;
    await table().transact(toTransactItems(planCommit(wide, 1e12)));
    expect(await runs.commit(wide)).toEqual({ kind: "seen" });
    const both = await Promise.all([1, 2].map(() => runs.pending(0, { limit: 1000 })));
    for (const found of both)
      expect(found.map(({ id }) => id)).toEqual(wide.commands.map((_, index) => `wide/1/${index}`));
  });

  test("among the commands that it unpacks brings none of them back that was carried out", async () => {
    const { runs } = opened.stores;
    const dying = table();
    await dying.transact(toTransactItems(planCommit(wide, 1e12)));
    const spill = await dying.get(runKeys.spill("wide", 1, 0));
    if (!spill) throw new Error("nothing was packed");
    const stale = planUnpacking(spill);
    expect((await dying.transact(stale)).ok).toBe(true);
    const [command] = wide.commands;
    if (!command) throw new Error("no command");
    const first = { id: "wide/1/0", runId: "wide", command, attempts: 0, notBeforeMs: 0 };
    await runs.settle(first);
    expect((await dying.transact(stale)).ok).toBe(false);
    expect(await runs.pending(0, { limit: 1000, runId: "wide" })).toHaveLength(249);
    expect((await dying.transact(stale)).ok).toBe(false);
    expect(await runs.pending(0, { limit: 1000, runId: "wide" })).toHaveLength(249);
    dying.close();
  });

  test("in forgetting a run leaves none for anybody, and another forgets the rest", async () => {
    const { runs } = opened.stores;
    await wholeRun(runs, "a", { beginMs: 1000, endMs: 2000 });
    const faulty = await openFaulty();
    endpoint.plan("BatchWriteItem", [fault(400, "AccessDeniedException")]);
    await expect(faulty.runs.forget(1e12, { limit: 10 })).rejects.toMatchObject({ code: "ENGINE_STORE_DENIED" });
    expect(await runs.read("a")).toBeUndefined();
    expect(await collect(runs.list())).toEqual([]);
    expect(await runs.forget(1e12, { limit: 10 })).toBe(1);
    expect(await runs.pending(1e12, { limit: 10 })).toEqual([]);
  });

  test("in forgetting a run does not keep one of the same name from beginning", async () => {
    const { runs } = opened.stores;
    await wholeRun(runs, "a", { beginMs: 1000, endMs: 2000 });
    const faulty = await openFaulty();
    endpoint.plan("BatchWriteItem", [fault(400, "AccessDeniedException")]);
    await expect(faulty.runs.forget(1e12, { limit: 10 })).rejects.toMatchObject({ code: "ENGINE_STORE_DENIED" });
    expect((await told(runs, requested("a", 5000))).version).toBe(1);
    expect(await runs.pending(0, { limit: 10 })).toHaveLength(1);
  });
});

describe("a table", () => {
  test("that is not there is named", async () => {
    const { stores } = await tables.open({ table: "elsewhere" });
    await expect(stores.runs.read("a")).rejects.toMatchObject({
      code: "ENGINE_TABLE_MISSING",
      message: expect.stringContaining("elsewhere"),
    });
  });

  test("is not spoken to in the clear on another machine", async () => {
    const credentials = { accessKeyId: "a", secretAccessKey: "b" };
    await using stores = openDynamoStores({
      table: "t",
      region: "us-east-1",
      endpoint: "http://dynamodb.example.com",
      credentials,
    });
    await expect(stores.runs.read("a")).rejects.toMatchObject({ message: expect.stringContaining("in the clear") });
  });
});
