import { writeCheckpoint } from "@snowmelt/lake/delta";
import { erasedDigest, eraseRows, readErasureRecords } from "@snowmelt/lake/maintain";
import { expect, it } from "vitest";
import { mustSnapshot } from "../delta-log.ts";
import { toBatch } from "../table-rows.ts";
import { append, datedTable, type Row } from "./dated-table.ts";

async function withPeople() {
  const dated = datedTable();
  const table = dated.open();
  await append(table, [
    [1n, 1n, "a", "bob"],
    [2n, 1n, "a", "alice"],
    [3n, 1n, "b", "alice"],
  ]);
  return { ...dated, table };
}

it("an erasure leaves a digest of each key in the log, with its rows, and no value; checkpoints keep it", async () => {
  const { table, store, open: openAgain } = await withPeople();
  const report = await eraseRows(table, { keys: [{ V: "alice" }] });
  expect(report).toMatchObject({ status: "erased", rows: 2, isRecorded: true });
  await writeCheckpoint(table, await mustSnapshot(table), { nowMs: 0 });
  const [record, ...others] = readErasureRecords(await mustSnapshot(openAgain(5)));
  expect(others).toEqual([]);
  expect(record).toMatchObject({ columns: ["V"] });
  expect([...(record?.rows.values() ?? [])]).toEqual([2]);
  const text = new TextDecoder().decode(await store.get(`${table.path}/_delta_log/${"1".padStart(20, "0")}.json`));
  expect(text).toContain("snowmelt/erased/");
  expect(
    text
      .split("\n")
      .filter((line) => line.startsWith('{"txn"'))
      .join(),
  ).not.toContain("alice");
  const alice = toBatch([{ name: "V", type: { kind: "string" }, nullable: true }], [["alice"]]);
  expect(record?.rows.has(erasedDigest(record.salt, alice, 0))).toBe(true);
  expect(record?.rows.has(erasedDigest("another", alice, 0))).toBe(false);
});

it("none is left where it is not wanted, of a key without a text of its own, and of too many", async () => {
  const { table } = await withPeople();
  expect(await eraseRows(table, { keys: [{ ID: 1 }], record: false })).toMatchObject({ rows: 1, isRecorded: false });
  expect(readErasureRecords(await mustSnapshot(table))).toEqual([]);
  expect(await eraseRows(table, { keys: [{ ID: 1 }] })).toMatchObject({ status: "notFound", isRecorded: false });
  const many = Array.from({ length: 1_001 }, (_, id): Row => [BigInt(100 + id), 1n, "a", "x"]);
  await append(table, many);
  const report = await eraseRows(table, { keys: many.map(([ID]) => ({ ID })) });
  expect(report).toMatchObject({ rows: 1_001, isRecorded: false });
  expect(readErasureRecords(await mustSnapshot(table))).toEqual([]);
});
