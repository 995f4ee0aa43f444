import { dataset, delta, full, month, table, timestamp } from "@snowmelt/core/definition";
import type { NanosPolicy, OffsetPolicy, SourceTable } from "@snowmelt/core/types";
import { readSnapshot, snapshotFields } from "@snowmelt/lake/delta";
import { describeTable } from "@snowmelt/snowflake";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ALL_TYPES_STATEMENTS } from "../../../local/src/sample/all-types.ts";
import { lakeRows } from "../lake-rows.ts";
import { openS3Landscape, type S3Landscape } from "../s3-landscape.ts";

let land: S3Landscape;
let ALL_TYPES: SourceTable;
beforeAll(async () => {
  land = await openS3Landscape({ stage: true });
  await land.sql(...ALL_TYPES_STATEMENTS);
  ALL_TYPES = (await describeTable(land.session, { database: "AVIATION", schema: "PUBLIC", name: "ALL_TYPES" })).table;
}, 240_000);
afterAll(() => land?.[Symbol.asyncDispose]());

const timestamps = ["NTZ", "NTZ6", "NTZ0", "LTZ", "LTZ3", "TZ", "TZ3"] as const;

interface Policies {
  readonly nanos: NanosPolicy;
  readonly offset: OffsetPolicy;
}

const typed = (route: "auto" | "stream" | "unload", { nanos, offset }: Policies) =>
  dataset({
    source: table(ALL_TYPES),
    sync: full(),
    names: "rename",
    extract: { route },
    land: delta({ partitionBy: [month("D")] }),
    columns: Object.fromEntries(timestamps.map((column) => [column, timestamp({ nanos, offset })])),
  });

/** Every cell with its type, as an engine that other people wrote reads it. */
async function cells(name: string): Promise<(string | null)[][]> {
  const snapshot = await readSnapshot({ store: land.store, path: `raw/${name}` });
  if (!snapshot) throw new Error(`there is no table ${name}`);
  const stored = snapshotFields(snapshot).filter((field) => !snapshot.metaData.partitionColumns.includes(field.name));
  const columns = stored.map((field) => {
    const column = `"${field.name.replaceAll('"', '""')}"`;
    const text = field.type.kind === "binary" ? `hex(${column})` : `${column}::VARCHAR`;
    return `typeof(${column}) || ' ' || ${text}`;
  });
  return lakeRows(land.store, `raw/${name}`, columns.join(", "), "ID");
}

const partitions = async (name: string) =>
  [...((await readSnapshot({ store: land.store, path: `raw/${name}` }))?.files.values() ?? [])]
    .map(({ partitionValues }) => partitionValues.D_month ?? null)
    .toSorted();

const policies: readonly (Policies & { readonly name: string })[] = [
  { name: "kept", nanos: "keep", offset: "keep" },
  { name: "cut", nanos: "truncate", offset: "truncate" },
];

describe("a table of every type", { timeout: 120_000 }, () => {
  test.each(policies)(
    "is the same by both routes, value for value, with what is fine $name",
    async ({ name, ...policy }) => {
      const [streamed, unloaded] = [`streamed_${name}`, `unloaded_${name}`];
      const pipeline = land.pipeline({ [streamed]: typed("stream", policy), [unloaded]: typed("unload", policy) });
      const { datasets } = await land.run(pipeline);
      expect(datasets.map(({ outcome, route, failure }) => ({ outcome, route, failure }))).toEqual([
        { outcome: "committed", route: "stream", failure: null },
        { outcome: "committed", route: "unload", failure: null },
      ]);
      const rows = await cells(unloaded);
      expect(rows.length).toBeGreaterThan(3);
      expect(rows).toEqual(await cells(streamed));
      expect(new Set(await partitions(unloaded))).toEqual(new Set(await partitions(streamed)));
    },
  );
});
