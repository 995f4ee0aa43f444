import { memoryObjectStore } from "@snowmelt/core/ports";
import { exportStores, openFileStores, openMemoryStores, restoreStores } from "@snowmelt/pipeline/engine";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { alternatingStores } from "./alternating-stores.ts";
import { exported } from "./exported.ts";
import { type EngineTables, openEngineTables } from "./open-engine-table.ts";
import { perform, storeOperations } from "./store-operations.ts";

describe("whatever is done to them", { timeout: 180_000 }, () => {
  let tables: EngineTables;
  beforeAll(async () => {
    tables = await openEngineTables();
  });
  afterAll(() => tables?.[Symbol.asyncDispose]());

  test("stores in a folder, of several processes, say what stores in memory say", async () => {
    await fc.assert(
      fc.asyncProperty(storeOperations, async (operations) => {
        const objects = memoryObjectStore();
        const stores = alternatingStores([1, 2].map(() => openFileStores(objects)));
        expect(await perform(stores, operations)).toEqual(await perform(openMemoryStores(), operations));
      }),
      { numRuns: 40 },
    );
  });

  test("stores in DynamoDB say what stores in memory say", async () => {
    await fc.assert(
      fc.asyncProperty(storeOperations, async (operations) => {
        const { stores } = await tables.open();
        expect(await perform(stores, operations)).toEqual(await perform(openMemoryStores(), operations));
      }),
      { numRuns: 6 },
    );
  });

  test("what was exported from one kind and restored into another is the same, and goes on the same", async () => {
    await fc.assert(
      fc.asyncProperty(storeOperations, storeOperations, async (before, after) => {
        const memory = openMemoryStores();
        await perform(memory, before);
        const files = openFileStores(memoryObjectStore());
        await restoreStores(files, () => exportStores(memory));
        const { stores: dynamo } = await tables.open();
        await restoreStores(dynamo, () => exportStores(files));
        const back = openMemoryStores();
        await restoreStores(back, () => exportStores(dynamo));
        expect(await exported(back)).toEqual(await exported(memory));
        // Calls that were counted are not exported.
        const goesOn = after.filter(({ is }) => is !== "count");
        const expected = withoutCalls(await perform(memory, goesOn));
        expect(withoutCalls(await perform(files, goesOn))).toEqual(expected);
        expect(withoutCalls(await perform(dynamo, goesOn))).toEqual(expected);
      }),
      { numRuns: 4 },
    );
  });
});

const withoutCalls = (said: unknown): unknown =>
  JSON.parse(JSON.stringify(said, (name, value) => (name === "calls" ? null : value)));
