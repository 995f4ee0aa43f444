import { describeTable } from "@snowmelt/lake/read";
import { expect, it } from "vitest";
import { append, datedTable, dayMs, type Row } from "../maintain/dated-table.ts";
import { merge } from "../merge-window.ts";

it("tells columns, files, partitions, skew, lanes and history of a table, as plain JSON", async () => {
  const { open, clock } = datedTable();
  const table = open();
  const many = Array.from({ length: 2000 }, (_, id): Row => [BigInt(id), 1n, "large", `value ${id * 7919}`]);
  await append(table, [...many, [9001n, 1n, "small", "x"], [9002n, 1n, null, "y"]]);
  clock.advance(dayMs);
  const lanes = [{ appId: "snowmelt/live", n: 1, hi: 2n ** 60n }];
  await merge(table, { rows: [[9001n, 2n, "small", "z"]], snapshotMicros: 5n }, { lanes });
  const found = await describeTable(table);
  expect(JSON.parse(JSON.stringify(found))).toEqual(found);
  expect(found).toMatchObject({
    uri: "memory://lake/raw/t",
    version: 1,
    committedAt: "2026-01-02T00:00:00.000Z",
    protocol: { reader: 1, writer: 2, features: [] },
    partitionColumns: ["P"],
    files: { files: 3, rows: 2002 },
    partitions: { count: 3, largest: [{ partitionValues: { P: "large" }, rows: 2000 }, {}, {}] },
    removedFiles: 1,
    log: { oldestVersion: 0, newestVersion: 1 },
    lanes: [{ appId: "snowmelt/live", n: 1, hi: "1152921504606846976" }],
    history: [
      { version: 1, operation: "MERGE", addedFiles: 1, removedFiles: 1, metrics: { numTargetRowsUpdated: "1" } },
      { version: 0, operation: "CREATE TABLE AS SELECT", committedAt: "2026-01-01T00:00:00.000Z" },
    ],
  });
  expect(found.columns.map(({ name, type, isPartition }) => [name, type, isPartition])).toEqual([
    ["ID", "long", false],
    ["CURSOR", "long", false],
    ["P", "string", true],
    ["V", "string", false],
  ]);
  expect(found.partitions.skew).toBeGreaterThan(2);
  expect(found.files.bytes).toBeGreaterThan(found.files.largestBytes);
  const before = await describeTable(table, { version: 0, historyEntries: 1 });
  expect([before.version, before.lanes, before.history.map(({ version }) => version)]).toEqual([0, [], [0]]);
});
