import { memoryObjectStore, seededRandom, systemClock } from "@snowmelt/core/ports";
import type { Field, Value } from "@snowmelt/core/types";
import {
  type AddFile,
  landBatches,
  openDeltaTable,
  planCreateTable,
  planTableLayout,
  toAddFile,
} from "@snowmelt/lake/delta";
import { compare, type Predicate, planRead, readSnapshotAt, readTable } from "@snowmelt/lake/read";
import { expect, it } from "vitest";
import { toBatch, toRows } from "../table-rows.ts";

const fields: readonly Field[] = [
  { name: "F", type: { kind: "float64" }, nullable: true },
  { name: "D", type: { kind: "decimal", precision: 38, scale: 0 }, nullable: true },
  { name: "AT", type: { kind: "timestamp", unit: "us", utc: true }, nullable: true },
];

/** A table of one file whose statistics are those that another writer would give it. */
async function tableOf(rows: readonly (readonly Value[])[], change: Partial<AddFile>) {
  const table = openDeltaTable({ store: memoryObjectStore(), path: "t", clock: systemClock, random: seededRandom(1) });
  const layout = planTableLayout(fields);
  const [file] = await landBatches([toBatch(fields, rows)], { table, layout, attemptId: "a", random: table.random });
  if (!file) throw new Error("no file was landed");
  const files = [{ ...toAddFile(file), ...change }];
  await table.commit(planCreateTable({ id: "t", fields, partitionColumns: [], createdAtMs: 0, files }));
  const plan = async (where: Predicate) => planRead(await readSnapshotAt(table), { where }).files.length;
  const read = async (where: Predicate) => {
    const found: Value[][] = [];
    for await (const batch of readTable(table, { where })) found.push(...toRows(batch));
    return found;
  };
  return { plan, read };
}

const statsOf = (min: object, max: object): string =>
  JSON.stringify({ numRecords: 2, minValues: min, maxValues: max, nullCount: {} });

it("NaN is found above the bounds of a writer who leaves it out of them", async () => {
  const rows = [
    [1, null, null],
    [Number.NaN, null, null],
  ];
  const { plan, read } = await tableOf(rows, { stats: statsOf({ F: 1 }, { F: 1 }) });
  expect(await read(compare("F", ">", 10))).toEqual([rows[1]]);
  expect(await read(compare("F", "!=", 1))).toEqual([rows[1]]);
  expect(await read(compare("F", "=", Number.NaN))).toEqual([rows[1]]);
  expect(await plan(compare("F", "=", 10))).toBe(0);
  expect(await plan(compare("F", "<", 1))).toBe(0);
});

it("a large decimal is found beyond bounds that went through a double, unless the file is our own", async () => {
  const exact = 12_345_678_901_234_567_890n;
  const rounded = statsOf({ D: 1 }, { D: 12345678901234567000 });
  const { read } = await tableOf(
    [
      [null, 1n, null],
      [null, exact, null],
    ],
    { stats: rounded },
  );
  expect(await read(compare("D", "=", exact))).toEqual([[null, exact, null]]);
  const own = await tableOf(
    [
      [null, 1n, null],
      [null, exact, null],
    ],
    { tags: { "snowmelt.snapshotMicros": "1" } },
  );
  expect([await own.plan(compare("D", "=", exact)), await own.plan(compare("D", ">", exact))]).toEqual([1, 0]);
});

it("a timestamp is found between an upper bound that was cut to milliseconds and the next", async () => {
  const micros = BigInt(Date.parse("2026-01-01T00:00:00.123Z")) * 1000n + 456n;
  const cut = { AT: "2026-01-01T00:00:00.123Z" };
  const { plan, read } = await tableOf([[null, null, micros]], { stats: statsOf(cut, cut) });
  expect(await read(compare("AT", ">", "2026-01-01T00:00:00.123400Z"))).toEqual([[null, null, micros]]);
  expect(await plan(compare("AT", ">=", "2026-01-01T00:00:00.124Z"))).toBe(0);
});
