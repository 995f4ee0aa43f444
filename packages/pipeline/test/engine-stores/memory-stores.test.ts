import { openMemoryStores } from "@snowmelt/pipeline/engine";
import { describe, it } from "vitest";
import { engineStoresContract } from "../../src/engine/testing/index.ts";

for (const [part, cases] of Object.entries(engineStoresContract(async () => ({ stores: openMemoryStores() }))))
  describe(`the ${part} in memory`, () => {
    for (const { name, run } of cases) it(name, run);
  });
