import type { SourceTable } from "@snowmelt/core/types";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { allTypes, cellsOf, createAllTypes, partitionsOf, type TimePolicies } from "../all-types-table.ts";
import { openS3Landscape, type S3Landscape } from "../s3-landscape.ts";

let land: S3Landscape;
let source: SourceTable;
beforeAll(async () => {
  land = await openS3Landscape({ stage: true });
  source = await createAllTypes(land);
}, 240_000);
afterAll(() => land?.[Symbol.asyncDispose]());

const policies: readonly (TimePolicies & { readonly name: string })[] = [
  { name: "kept", nanos: "keep", offset: "keep" },
  { name: "cut", nanos: "truncate", offset: "truncate" },
];

describe("a table of every type", { timeout: 120_000 }, () => {
  test.each(policies)(
    "is the same by both routes, value for value, with what is fine $name",
    async ({ name, ...policy }) => {
      const [streamed, unloaded] = [`streamed_${name}`, `unloaded_${name}`];
      const pipeline = land.pipeline({
        [streamed]: allTypes(source, "stream", policy),
        [unloaded]: allTypes(source, "unload", policy),
      });
      const { datasets } = await land.run(pipeline);
      expect(datasets.map(({ outcome, route, failure }) => ({ outcome, route, failure }))).toEqual([
        { outcome: "committed", route: "stream", failure: null },
        { outcome: "committed", route: "unload", failure: null },
      ]);
      const rows = await cellsOf(land, `raw/${unloaded}`);
      expect(rows.length).toBeGreaterThan(3);
      expect(rows).toEqual(await cellsOf(land, `raw/${streamed}`));
      const months = (name: string) => partitionsOf(land, `raw/${name}`, "D_month");
      expect(new Set(await months(unloaded))).toEqual(new Set(await months(streamed)));
    },
  );
});
