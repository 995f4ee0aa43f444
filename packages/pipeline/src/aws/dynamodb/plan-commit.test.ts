import { describe, expect, test } from "vitest";
import { changeOf, keysOf, requested, sampleGraph, startedAs } from "../../engine/testing/sample-run.ts";
import { planCommit, toTransactItems } from "./plan-commit.ts";
import { planEngineTable } from "./plan-engine-table.ts";

const nowMs = 1_790_000_000_000;
const keysIn = (plan: ReturnType<typeof planCommit>): (string | undefined)[] =>
  plan.actions.map((action) => ("put" in action ? action.put.sk?.S : action.update.Key?.sk?.S));

describe("the transaction of a change", () => {
  test("has the event's id first and the guarded state second, for what their conditions tell", () => {
    const plan = planCommit(changeOf(sampleGraph(2), undefined, requested("a")), nowMs);
    expect(keysIn(plan)).toEqual([
      "TOLD#a-requested",
      "STATE",
      "GRAPH",
      "EVT#0000000001",
      "CMD#0000000001/000000",
      "CMD#0000000001/000001",
    ]);
    expect(toTransactItems(plan).map(({ Put }) => Put?.ConditionExpression)).toEqual([
      "attribute_not_exists(pk)",
      "attribute_not_exists(pk)",
      ...Array(4).fill(undefined),
    ]);
  });

  test("of a run that is there changes its state under the version that was read", () => {
    const graph = sampleGraph(2);
    const begin = changeOf(graph, undefined, requested("a"));
    const [key = ""] = keysOf(begin.state);
    const plan = planCommit(changeOf(graph, begin.state, startedAs("a", key, "q", 2000)), nowMs);
    expect(keysIn(plan)).toEqual([expect.stringContaining("TOLD#"), "STATE", "EVT#0000000002"]);
    const [, state] = toTransactItems(plan);
    expect(state?.Update?.ConditionExpression).toBe("#version = :before AND #schemaVersion = :schemaVersion");
    expect(state?.Update?.ExpressionAttributeValues).toMatchObject({ ":before": { N: "1" }, ":version": { N: "2" } });
  });

  test("keeps an event's id longer than a queue and its dead letters may repeat it", () => {
    const { actions } = planCommit(changeOf(sampleGraph(), undefined, requested("a")), nowMs);
    const [seen] = actions;
    const expiresAt = seen && "put" in seen ? Number(seen.put.expiresAt?.N) : 0;
    expect(expiresAt * 1000 - nowMs).toBeGreaterThan(28 * 24 * 3_600_000);
  });

  test("of a wide run writes only the tasks that it changes", () => {
    const graph = sampleGraph(1000);
    const begin = changeOf(graph, undefined, requested("a"));
    const first = planCommit(begin, nowMs);
    expect(first.actions.length).toBeLessThanOrEqual(100);
    expect(first.isSpilt).toBe(true);
    expect(keysIn(first).filter((sk) => sk?.startsWith("STATE#"))).toHaveLength(40);
    const key = keysOf(begin.state)[777] ?? "";
    const next = planCommit(changeOf(graph, begin.state, startedAs("a", key, "q", 2000)), nowMs);
    expect(keysIn(next)).toEqual([expect.stringContaining("TOLD#"), "STATE", "STATE#0031", "EVT#0000000002"]);
    expect(Buffer.byteLength(JSON.stringify(next.actions))).toBeLessThan(20_000);
  });

  test("is refused where a part of it is larger than an item", () => {
    const graph = sampleGraph();
    const noise = Array.from({ length: 20_000 }, (_, index) => Math.sin(index).toString(36)).join("");
    const begin = changeOf(graph, undefined, { ...requested("a"), trigger: { noise: noise.repeat(3) } } as never);
    expect(() => planCommit(begin, nowMs)).toThrow(expect.objectContaining({ code: "RUN_TOO_LARGE" }));
  });
});

test("the engine's table is on demand, encrypted, protected and recoverable, with two sparse indexes and a time to live", () => {
  const { create, ttlAttribute, pointInTimeRecovery } = planEngineTable("engine", { kmsKeyArn: "arn:aws:kms:::key/1" });
  expect([ttlAttribute, pointInTimeRecovery]).toEqual(["expiresAt", true]);
  expect(create).toMatchObject({
    TableName: "engine",
    BillingMode: "PAY_PER_REQUEST",
    DeletionProtectionEnabled: true,
    SSESpecification: { Enabled: true, SSEType: "KMS", KMSMasterKeyId: "arn:aws:kms:::key/1" },
  });
  expect(
    create.GlobalSecondaryIndexes?.map(({ IndexName, Projection }) => [IndexName, Projection?.ProjectionType]),
  ).toEqual([
    ["due", "KEYS_ONLY"],
    ["listed", "INCLUDE"],
  ]);
});
