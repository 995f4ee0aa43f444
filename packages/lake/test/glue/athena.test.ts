import { CreateBucketCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import type { Field } from "@snowmelt/core/types";
import { toDeltaFields } from "@snowmelt/lake/delta";
import { openGlue, planCatalogTable, syncCatalogTable, syncPartitions } from "@snowmelt/lake/glue";
import { type AwsEmulators, openAwsEmulators } from "@snowmelt/local/aws";
import { afterAll, beforeAll, expect, test } from "vitest";
import { batchOf } from "../parquet/batches.ts";
import { encode } from "../parquet/files.ts";
import { askAthena } from "./ask-athena.ts";
import { askGlue } from "./ask-aws.ts";

const inFile: readonly Field[] = [
  { name: "ID", type: { kind: "int64" }, nullable: false },
  { name: "NAME", type: { kind: "string" }, nullable: true },
  { name: "PRICE", type: { kind: "decimal", precision: 12, scale: 2 }, nullable: true },
  { name: "SEEN_AT", type: { kind: "timestamp", unit: "us", utc: true }, nullable: true },
];
const partitioned: Field = { name: "DAY", type: { kind: "date" }, nullable: true };

let aws: AwsEmulators;
beforeAll(async () => {
  aws = await openAwsEmulators();
});
afterAll(() => aws[Symbol.asyncDispose]());

test("Athena reads a Parquet table and its partitions by what is registered", async () => {
  await askGlue(aws, "CreateDatabase", { DatabaseInput: { Name: "raw" } });
  using s3 = asDisposable(new S3Client(aws));
  await s3.send(new CreateBucketCommand({ Bucket: "lake" }));
  const days = ["2026-01-01", "2026-01-02"];
  for (const [index, day] of days.entries()) {
    const first = BigInt(index) * 2n ** 60n;
    const rows = [
      [first + 1n, "Zürich — 雪", 1_000_000_000_01n, 1_767_225_600_000_001n],
      [first + 2n, null, null, null],
    ];
    const { bytes } = await encode(inFile, [batchOf(inFile, rows)]);
    await s3.send(new PutObjectCommand({ Bucket: "lake", Key: `raw/orders/day=${day}/part-0.parquet`, Body: bytes }));
  }

  using glue = openGlue(aws);
  const plan = planCatalogTable({
    database: "raw",
    name: "orders",
    location: "s3://lake/raw/orders",
    fields: toDeltaFields([...inFile, partitioned]),
    format: { kind: "parquet", partitionBy: ["DAY"] },
  });
  await syncCatalogTable(glue, plan);
  const put = days.map((day) => ({ values: [day], location: `s3://lake/raw/orders/day=${day}` }));
  await syncPartitions(glue, plan, { put });

  expect(
    await query(
      `SELECT id AS id, name AS name, price AS price, CAST(seen_at AS VARCHAR) AS seen, CAST(day AS VARCHAR) AS day FROM orders ORDER BY id`,
    ),
  ).toEqual([
    ["id", "name", "price", "seen", "day"],
    ["1", "Zürich — 雪", "1000000000.01", expect.stringMatching(/^2026-01-01 00:00:00\.000001/), "2026-01-01"],
    ["2", null, null, null, "2026-01-01"],
    ["1152921504606846977", "Zürich — 雪", "1000000000.01", expect.any(String), "2026-01-02"],
    ["1152921504606846978", null, null, null, "2026-01-02"],
  ]);
  expect(await query("SELECT COUNT(*) AS n FROM orders WHERE day = DATE '2026-01-02'")).toEqual([["n"], ["2"]]);
});

const query = (sql: string) => askAthena(aws, { database: "raw", outputLocation: "s3://lake/athena/", sql });

function asDisposable(s3: S3Client): S3Client & Disposable {
  return Object.assign(s3, { [Symbol.dispose]: () => s3.destroy() });
}
