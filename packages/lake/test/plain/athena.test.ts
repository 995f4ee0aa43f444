import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { seededRandom, systemClock } from "@snowmelt/core/ports";
import type { Field, PartitionTransform, Value } from "@snowmelt/core/types";
import { type Glue, openGlue } from "@snowmelt/lake/glue";
import {
  openPlainTable,
  type PlainTable,
  planPlainAppend,
  planPlainOverwrite,
  planPlainTable,
  syncPlainCatalog,
} from "@snowmelt/lake/plain";
import { openS3Store, type S3Store } from "@snowmelt/lake/s3";
import { type AwsEmulators, openAwsEmulators } from "@snowmelt/local/aws";
import { afterAll, beforeAll, expect, test } from "vitest";
import { askAthena } from "../glue/ask-athena.ts";
import { askGlue } from "../glue/ask-aws.ts";
import { landRun, mustSnapshot } from "./plain-tables.ts";

const fields: readonly Field[] = [
  { name: "ID", type: { kind: "int64" }, nullable: false },
  { name: "state", type: { kind: "string" }, nullable: true },
  { name: "PRICE", type: { kind: "decimal", precision: 38, scale: 2 }, nullable: true },
  { name: "SEEN", type: { kind: "timestamp", unit: "us", utc: false }, nullable: true },
];

const byState: readonly PartitionTransform[] = [{ kind: "identity", column: "state" }];

let aws: AwsEmulators;
let store: S3Store;
let glue: Glue;
beforeAll(async () => {
  aws = await openAwsEmulators();
  const s3 = new S3Client({ ...aws, forcePathStyle: true });
  await s3.send(new CreateBucketCommand({ Bucket: "lake" }));
  s3.destroy();
  await askGlue(aws, "CreateDatabase", { DatabaseInput: { Name: "raw" } });
  store = openS3Store({ ...aws, bucket: "lake" });
  glue = openGlue(aws);
}, 240_000);
afterAll(async () => {
  glue?.[Symbol.dispose]();
  await store?.[Symbol.asyncDispose]();
  await aws?.[Symbol.asyncDispose]();
});

const openTable = (name: string): PlainTable =>
  openPlainTable({ store, path: `raw/${name}`, clock: systemClock, random: seededRandom(name.length) });

const land = (table: PlainTable, run: string, rows: Value[][], partitionBy = byState) =>
  landRun(table, run, rows, { of: fields, partitionBy });

async function create(table: PlainTable, rows: Value[][], partitionColumns = ["state"]): Promise<void> {
  const files = await land(table, "one", rows, partitionColumns.length === 0 ? [] : byState);
  await table.commit(planPlainTable({ id: "i", name: "t", fields, partitionColumns, createdAtMs: 1, files }));
}

const sync = (table: PlainTable, name: string, layout: "partition" | "run" = "partition") =>
  syncPlainCatalog(glue, table, { database: "raw", name, location: `s3://lake/raw/${name}`, layout });

const query = async (sql: string) =>
  (await askAthena(aws, { database: "raw", outputLocation: "s3://lake/athena/", sql })).slice(1);

const rows: Value[][] = [
  [1n, "AK", 10n ** 37n + 1n, 1_767_225_600_000_001n],
  [2n, "VT", null, null],
  [2n ** 62n, "VT", -5n, -1n],
];

// The emulator looks below the table's place for folders of the keys' own case, at no place of a partition, and has no BatchDeletePartition.
test("Athena reads what the manifest says, before and after all rows are replaced", async () => {
  const table = openTable("swung");
  await create(table, rows);
  await sync(table, "swung");
  const all = "SELECT id, state, CAST(price AS VARCHAR), CAST(seen AS VARCHAR) FROM swung ORDER BY id";
  expect(await query(all)).toEqual([
    ["1", "AK", "100000000000000000000000000000000000.01", expect.stringMatching(/^2026-01-01 00:00:00\.000001/)],
    ["2", "VT", null, null],
    ["4611686018427387904", "VT", "-0.05", expect.stringMatching(/^1969-12-31 23:59:59\.999999/)],
  ]);
  await table.commit(
    planPlainOverwrite(
      await mustSnapshot(table),
      await land(table, "three", [
        [4n, "AK", 1n, null],
        [5n, "VT", null, null],
      ]),
    ),
  );
  expect(await query("SELECT COUNT(*) FROM swung"), "until the catalog is moved").toEqual([["3"]]);
  await sync(table, "swung");
  expect(await query("SELECT id, state FROM swung ORDER BY id")).toEqual([
    ["4", "AK"],
    ["5", "VT"],
  ]);
});

test("Athena reads a table without partitions at the place that it was moved to", async () => {
  const table = openTable("moved");
  await create(table, rows, []);
  await sync(table, "moved");
  expect(await query("SELECT COUNT(*), COUNT(DISTINCT state) FROM moved")).toEqual([["3", "2"]]);
  await table.commit(
    planPlainOverwrite(await mustSnapshot(table), await land(table, "two", [[7n, "AK", 1n, null]], [])),
  );
  await sync(table, "moved");
  expect(await query("SELECT id, state FROM moved")).toEqual([["7", "AK"]]);
});

test("Athena reads what several runs added, by runs", async () => {
  const table = openTable("added");
  await create(table, rows);
  await table.commit(planPlainAppend(await mustSnapshot(table), await land(table, "two", [[9n, "AK", 1n, null]])));
  await sync(table, "added", "run");
  expect(await query("SELECT run, COUNT(*) FROM added GROUP BY run ORDER BY run")).toEqual([
    ["one", "3"],
    ["two", "1"],
  ]);
});
