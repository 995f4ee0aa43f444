import { join } from "node:path";
import type { FaultInput } from "@snowmelt/local";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type Landscape, openLandscape } from "../landscape.ts";
import { filesBelow } from "./folder.ts";
import { createPeople, expectPeopleInLake, peoplePipeline } from "./people.ts";

// The driver waits for ever for a chunk that it cannot read: each try costs the whole minute of the stall.
let land: Landscape;
beforeAll(async () => {
  land = await openLandscape({ results: { inlineRows: 10, firstChunkBytes: 10_000, maxChunkBytes: 20_000 } });
});
afterEach(() => land.server.admin.clearFaults());
afterAll(() => land[Symbol.asyncDispose]());

const faults: readonly FaultInput[] = [
  { kind: "chunkTruncated", chunk: 1 },
  { kind: "chunkStalled", chunk: 1 },
];

describe("a chunk that never ends", () => {
  test.each(faults)("once: is read again, and every row lands: $kind", async (fault) => {
    const name = `ONCE_${fault.kind.toUpperCase()}`;
    await createPeople(land, name, 2000);
    await land.server.admin.setFaults([{ ...fault, times: 1 }]);
    const { datasets } = await land.run(peoplePipeline(land, name));
    expect(datasets).toMatchObject([{ outcome: "committed", failure: null, counts: { inserted: 2000 } }]);
    await expectPeopleInLake(land, name);
  });

  test.each(faults)(
    "for good: fails the run, leaves no trace, and a later run lands every row: $kind",
    async (fault) => {
      const name = `ALWAYS_${fault.kind.toUpperCase()}`;
      await createPeople(land, name, 2000);
      await land.server.admin.setFaults([{ ...fault, times: "always" }]);
      const { datasets } = await land.run(peoplePipeline(land, name));
      expect(datasets).toMatchObject([{ outcome: "failed", failure: { category: "source" } }]);
      expect(datasets[0]?.failure?.message).toMatch(/rows .* of query/);
      expect(await filesBelow(join(land.lake, "raw", name.toLowerCase()))).toEqual([]);
      await land.server.admin.clearFaults();
      expect((await land.run(peoplePipeline(land, name))).status).toBe("succeeded");
      await expectPeopleInLake(land, name);
    },
  );
});
