import { describe, expect, it } from "vitest";
import type { Action, AddFile, PartitionValues } from "./action.ts";
import type { CommitPlan, ConflictRule } from "./commit-plan.ts";
import { findConflict, samePartition } from "./find-conflict.ts";

const add = (path: string, partitionValues: PartitionValues = {}): AddFile => ({
  path,
  partitionValues,
  size: 1,
  modificationTime: 1,
  dataChange: true,
});
const remove = (path: string, partitionValues?: PartitionValues): Action => ({
  remove: { path, dataChange: true, ...(partitionValues ? { partitionValues } : {}) },
});
const plan = (conflictRule: ConflictRule, removed: readonly string[] = []): CommitPlan => ({
  operation: "TEST",
  operationParameters: {},
  readVersion: 0,
  tableId: "6ba7b810",
  isBlindAppend: false,
  conflictRule,
  actions: removed.map((path) => ({ remove: { path, dataChange: true } })),
});
const since = (...actions: Action[]) => [{ version: 1, actions, entryBytes: 1 }];

describe("a commit made meanwhile", () => {
  it("conflicts when it removed a file that is about to be removed, whatever the rule", () => {
    for (const rule of [{ kind: "none" }, { kind: "keys", mayHoldKeys: () => false }] as const) {
      expect(findConflict(plan(rule, ["a%20b"]), since(remove("a b")))).toEqual({
        reason: "filesChanged",
        version: 1,
        path: "a b",
      });
      expect(findConflict(plan(rule, ["a"]), since(remove("other")))).toBeUndefined();
    }
  });

  it("conflicts with a merge when a file that it added may hold one of the keys", () => {
    const rule: ConflictRule = { kind: "keys", mayHoldKeys: ({ path }) => path === "hot" };
    expect(findConflict(plan(rule), since({ add: add("cold") }, { add: add("hot") }))).toMatchObject({ path: "hot" });
    expect(findConflict(plan(rule), since({ add: add("cold") }))).toBeUndefined();
  });

  it("lets a merge pass that touches none of the files which were put together, and stops one that does", () => {
    const rule: ConflictRule = { kind: "keys", mayHoldKeys: () => true };
    const together = since(
      { remove: { path: "small", dataChange: false } },
      { add: { ...add("large"), dataChange: false } },
    );
    expect(findConflict(plan(rule, ["other"]), together)).toBeUndefined();
    expect(findConflict(plan(rule, ["small"]), together)).toMatchObject({ path: "small" });
  });

  it("conflicts with a replaced partition when it touched it, or does not say which it touched", () => {
    const rule: ConflictRule = { kind: "partitions", partitions: [{ p: "1" }, { p: null }] };
    for (const action of [
      { add: add("x", { p: "1" }) },
      { add: add("x", { p: "" }) },
      remove("x", { p: null }),
      remove("x"),
    ]) {
      expect(findConflict(plan(rule), since(action))).toMatchObject({ reason: "filesChanged" });
    }
    expect(findConflict(plan(rule), since({ add: add("x", { p: "2" }) }, remove("y", { p: "2" })))).toBeUndefined();
  });

  it("conflicts with an overwrite by any file, and with nothing by a transaction alone", () => {
    const txn = { txn: { appId: "a", version: 1n } };
    expect(findConflict(plan({ kind: "table" }), since({ add: add("x") }))).toMatchObject({ reason: "filesChanged" });
    expect(findConflict(plan({ kind: "table" }), since(remove("x")))).toMatchObject({ reason: "filesChanged" });
    expect(findConflict(plan({ kind: "table" }), since(txn, { commitInfo: {} }))).toBeUndefined();
  });

  it("conflicts with everything when it changed protocol or metadata", () => {
    const protocol = { protocol: { minReaderVersion: 1, minWriterVersion: 2 } };
    expect(findConflict(plan({ kind: "none" }), since(protocol))).toEqual({ reason: "metadataChanged", version: 1 });
  });
});

it("takes columns that a question leaves out for any value", () => {
  expect(samePartition({ a: "1" }, { a: "1", b: "2" })).toBe(true);
  expect(samePartition({ a: "1", b: null }, { a: "1", b: "2" })).toBe(false);
});
