import { afterAll, beforeAll, describe, it } from "vitest";
import { engineStoresContract } from "../../src/engine/testing/index.ts";
import { type EngineTables, openEngineTables } from "./open-engine-table.ts";

let tables: EngineTables;
beforeAll(async () => {
  tables = await openEngineTables();
});
afterAll(() => tables?.[Symbol.asyncDispose]());

for (const [part, cases] of Object.entries(engineStoresContract(() => tables.open())))
  describe(`the ${part} in DynamoDB`, () => {
    for (const { name, run } of cases) it(name, run);
  });
