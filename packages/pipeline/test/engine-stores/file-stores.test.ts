import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { memoryObjectStore, type ObjectStore } from "@snowmelt/core/ports";
import { openFileStore } from "@snowmelt/lake";
import { openFileStores } from "@snowmelt/pipeline/engine";
import { afterAll, beforeAll, describe, it } from "vitest";
import { engineStoresContract, type StoresUnderContract } from "../../src/engine/testing/index.ts";
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
