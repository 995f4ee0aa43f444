import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { seededRandom, systemClock } from "@snowmelt/core/ports";
import { type DeltaTable, openDeltaTable } from "@snowmelt/lake/delta";
import { compactTable, eraseRows, restoreTable, vacuumTable } from "@snowmelt/lake/maintain";
import { compare, type ReadTableOptions } from "@snowmelt/lake/read";
import { openFileStore } from "@snowmelt/lake/store";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { merge } from "../merge-window.ts";
import { append, type Row, rowsOf } from "./dated-table.ts";

const python = process.env.SNOWMELT_JUDGES_PYTHON;
const judges = describe.skipIf(python === undefined);
const run = promisify(execFile);

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "snowmelt-maintain-"));
});
afterAll(() => rm(root, { recursive: true }));

const open = (path: string): DeltaTable =>
  openDeltaTable({ store: openFileStore(root), path, clock: systemClock, random: seededRandom(path.length) });

type Seen = Record<string, string | null>[];

/** What every judge sees of a table; they have to agree. */
async function seen(path: string): Promise<string[]> {
  const question = JSON.stringify({ table: join(root, path), order: "ID" });
  const script = join(import.meta.dirname, "..", "judges", "read-table.py");
  const { stdout } = await run(python ?? "", [script, question], { maxBuffer: 1 << 26 });
  const verdict = JSON.parse(stdout) as { deltalake: Seen; pyarrow: Seen; duckdb: Seen };
  expect(verdict.pyarrow).toEqual(verdict.deltalake);
  expect(verdict.duckdb).toEqual(verdict.deltalake);
  return verdict.deltalake.map(({ ID, CURSOR, P, V }) => [ID, CURSOR, P, V].join("|"));
}

async function ours(table: DeltaTable, options: ReadTableOptions = {}): Promise<string[]> {
  const rows = (await rowsOf(table, options)).map((row) => row.map((value) => value ?? "").join("|"));
  return rows;
}

judges("DuckDB, delta-rs and pyarrow (they need SNOWMELT_JUDGES_PYTHON, which `npm test` sets)", () => {
  it("read what compaction, erasure, restore and vacuum leave as we do", async () => {
    const table = open("kept");
    const row = (id: number): Row => [BigInt(id), 1n, ["a", "b/c", null][id % 3] ?? null, id % 5 ? `v${id}` : null];
    for (let from = 0; from < 60; from += 12)
      await append(
        table,
        Array.from({ length: 12 }, (_, at) => row(from + at)),
      );
    const states: string[][] = [];
    const agree = async (): Promise<void> => {
      states.push(await seen("kept"));
      expect(states.at(-1)).toEqual(await ours(table));
    };
    await agree();
    expect(await compactTable(table)).toMatchObject({ commits: [{ filesBefore: 15, filesAfter: 3, rows: 60 }] });
    await agree();
    expect(states[1]).toEqual(states[0]);
    await merge(table, { rows: [[7n, 2n, "b/c", "merged"]], snapshotMicros: 5n });
    await agree();
    expect(await restoreTable(table, { version: 4 })).toMatchObject({ status: "restored" });
    await agree();
    expect(states[3]).toEqual(states[0]);
    expect(await eraseRows(table, { keys: [{ ID: 8 }, { V: "v31" }] })).toMatchObject({ status: "erased", rows: 2 });
    await agree();
    expect(states[4]).toEqual(states[0]?.filter((line) => !/^(8|31)\|/.test(line)));
    await compactTable(table);
    const vacuumed = await vacuumTable(table, { retentionMs: 0, acceptShortRetention: true });
    expect(vacuumed.deleted.files).toBeGreaterThan(10);
    await agree();
    expect(states[5]).toEqual(states[4]);
  }, 120_000);

  it("write tables that we read as they do: their optimize, delete, merge and types of their own", async () => {
    const folder = join(root, "theirs");
    const { stdout } = await run(python ?? "", [join(import.meta.dirname, "..", "judges", "write-table.py"), folder]);
    const expected = JSON.parse(stdout) as { rows: string[]; versions: string[][]; narrow: string[] };
    const table = open("theirs");
    const columns = ["ID", "CURSOR", "P", "V"];
    expect(await ours(table, { columns })).toEqual(expected.rows);
    for (const [version, rows] of expected.versions.entries()) {
      expect(await ours(table, { version, columns })).toEqual(rows);
    }
    const narrow = await rowsOf(table, { columns: ["ID", "SHORT", "BYTE", "FLOAT", "AT"] });
    expect(narrow.map((row) => row.map((value) => String(value ?? "")).join("|"))).toEqual(expected.narrow);
    expect(await ours(table, { columns: ["ID"], where: compare("FLOAT", ">=", 1.5) })).toEqual(["4", "7"]);
    expect(await ours(table, { columns: ["ID"], where: compare("AT", "=", "2026-01-02T00:00:00Z") })).toEqual([
      "1",
      "4",
      "7",
    ]);
  }, 120_000);
});
