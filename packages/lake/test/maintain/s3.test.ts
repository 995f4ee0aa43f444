import { systemClock, systemRandom } from "@snowmelt/core/ports";
import { openDeltaTable } from "@snowmelt/lake/delta";
import { compactTable, eraseRows, restoreTable, vacuumTable } from "@snowmelt/lake/maintain";
import { compare } from "@snowmelt/lake/read";
import { afterAll, beforeAll, expect, it } from "vitest";
import { merge } from "../merge-window.ts";
import { countingStore } from "../read/counting-store.ts";
import { type LakeBucket, openLakeBucket } from "../s3/open-lake-bucket.ts";
import { append, type Row, rowsOf } from "./dated-table.ts";

let lake: LakeBucket;
beforeAll(async () => {
  lake = await openLakeBucket();
  await lake.keepVersions();
});
afterAll(() => lake[Symbol.asyncDispose]());

const place = { path: "raw/t", clock: systemClock, random: systemRandom };

it("a table in a bucket that keeps versions is read by ranges, compacted, restored, vacuumed and erased from, for good", async () => {
  const store = lake.open();
  const table = openDeltaTable({ store, ...place });
  const row = (id: number): Row => [BigInt(id), 1n, id % 2 ? "a" : "b", `value ${id}`];
  for (let from = 0; from < 30; from += 10)
    await append(
      table,
      Array.from({ length: 10 }, (_, at) => row(from + at)),
    );
  const first = await rowsOf(table);

  const { store: counted, gets } = countingStore(store);
  const found = await rowsOf(openDeltaTable({ store: counted, ...place }), {
    columns: ["V"],
    where: compare("ID", "=", 19),
  });
  expect(found).toEqual([["value 19"]]);
  expect(gets).toHaveLength(2);

  expect(await compactTable(table)).toMatchObject({ commits: [{ filesBefore: 6, filesAfter: 2, rows: 30 }] });
  await merge(table, { rows: [[7n, 2n, "a", "merged"]], snapshotMicros: 9n });
  expect(await restoreTable(table, { version: 2 })).toMatchObject({ status: "restored", version: 5 });
  expect(await rowsOf(table)).toEqual(first);
  const vacuumed = await vacuumTable(table, { retentionMs: 0, acceptShortRetention: true });
  expect(vacuumed.deleted.files).toBe(4);

  const { versions } = store;
  const report = await eraseRows(table, { keys: [{ ID: 7 }], versions, noncurrent: "delete" });
  if ("reason" in report) throw new Error(report.message);
  expect(report).toMatchObject({ status: "erased", rows: 1, proof: { found: 0, rows: 29 } });
  const noncurrent = report.holders.flatMap((holder) => (holder.kind === "objectVersion" ? [holder] : []));
  // The four that the vacuum deleted cannot be looked into; what held the row is gone for good.
  expect(noncurrent.map(({ isCertain }) => isCertain)).toEqual([false, false, false, false]);
  for await (const { key, isDeleteMarker } of versions.list("raw/t/data/")) {
    const isLive = (await store.head(key)) !== undefined;
    expect(isLive || isDeleteMarker || noncurrent.some((holder) => holder.key === key)).toBe(true);
  }
}, 60_000);
