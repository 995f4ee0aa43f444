import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { memoryObjectStore, type ObjectStore } from "@snowmelt/core/ports";
import { openFileStore } from "@snowmelt/lake";
import { openFileStores } from "@snowmelt/pipeline/engine";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import { engineStoresContract, type StoresUnderContract } from "../../src/engine/testing/index.ts";
import { wholeRun } from "../../src/engine/testing/sample-run.ts";
import { alternatingStores } from "./alternating-stores.ts";

let root: string;
let folders = 0;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "snowmelt-engine-"));
});
afterAll(() => rm(root, { recursive: true, force: true }));

const kinds: Readonly<Record<string, () => ObjectStore>> = {
  "a folder": () => openFileStore(join(root, String(++folders))),
  "objects in memory": () => memoryObjectStore(),
};

describe("several processes in one folder", () => {
  const open = async (): Promise<StoresUnderContract> => {
    const objects = openFileStore(join(root, String(++folders)));
    return { ...underContract(objects), stores: alternatingStores([1, 2, 3].map(() => openFileStores(objects))) };
  };
  for (const { name, run } of Object.values(engineStoresContract(open)).flat()) it(name, run);
});

test("a process that knew a run sees the one of the same name that came after it was forgotten", async () => {
  const objects = memoryObjectStore();
  const [one, other] = [openFileStores(objects), openFileStores(objects)];
  await wholeRun(one.runs, "a", { beginMs: 1000, endMs: 2000 });
  await other.runs.forget(3000, { limit: 1 });
  await wholeRun(other.runs, "a", { beginMs: 5000, endMs: 6000 });
  expect((await one.runs.pending(0, { limit: 10, runId: "a" })).length).toBeGreaterThan(0);
  expect((await one.runs.read("a"))?.state.requestedAtMs).toBe(5000);
});

for (const [kind, open] of Object.entries(kinds))
  for (const [part, cases] of Object.entries(engineStoresContract(async () => underContract(open()))))
    describe(`the ${part} in ${kind}`, () => {
      for (const { name, run } of cases) it(name, run);
    });

function underContract(objects: ObjectStore): StoresUnderContract {
  return {
    stores: openFileStores(objects),
    async makeNewer(runId) {
      const entry = JSON.stringify({ schemaVersion: 99, runId, kind: "of the future" });
      await objects.put(`runs/${runId}/log/0000000002.json`, new TextEncoder().encode(entry));
    },
  };
}
