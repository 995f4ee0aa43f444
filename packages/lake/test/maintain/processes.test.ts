import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { seededRandom, systemClock } from "@snowmelt/core/ports";
import { type DeltaTable, openDeltaTable, planCreateTable } from "@snowmelt/lake/delta";
import { compactTable, eraseRows, restoreTable, vacuumTable } from "@snowmelt/lake/maintain";
import { openFileStore } from "@snowmelt/lake/store";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { mustSnapshot } from "../delta-log.ts";
import { laneOf, rangeFields, rangeRows } from "../fixtures/ranges.ts";
import { rowsAfter, windowFields } from "../fixtures/windows.ts";
import { tableRows } from "../table-rows.ts";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "snowmelt-maintain-race-"));
});
afterEach(() => rm(root, { recursive: true }));

const open = (): DeltaTable =>
  openDeltaTable({ store: openFileStore(root), path: "raw/t", clock: systemClock, random: seededRandom(3) });

async function createRanges(): Promise<DeltaTable> {
  const table = open();
  const plan = planCreateTable({ id: "t", fields: rangeFields, partitionColumns: [], createdAtMs: 0 });
  expect(await table.commit(plan)).toMatchObject({ status: "committed" });
  return table;
}

function start(fixture: string, ...argv: string[]): ChildProcess {
  const script = join(import.meta.dirname, "..", "fixtures", fixture);
  return spawn(process.execPath, ["--conditions=@snowmelt/source", script, root, ...argv], {
    stdio: ["ignore", "pipe", "inherit"],
  });
}

/** Does something again and again for as long as the child runs; resolves to how often. */
async function during(child: ChildProcess, work: (round: number) => Promise<unknown>): Promise<number> {
  const exited = once(child, "exit");
  child.stdout?.resume();
  let isRunning = true;
  exited.then(() => {
    isRunning = false;
  });
  let round = 0;
  for (; isRunning; round++) {
    await work(round);
    await systemClock.sleep(5);
  }
  const [code] = await exited;
  expect(code).toBe(0);
  return round;
}

async function rangesOf(table: DeltaTable): Promise<string[]> {
  return (await tableRows(table)).map(([id, writer]) => `${writer} ${id}`).sort();
}
const rangesUpTo = (last: number, ...writers: string[]): string[] =>
  writers.flatMap((writer) => rangeRows(writer, 0, last).map(([id]) => `${writer} ${id}`)).sort();

describe("another process at the same table", () => {
  it("merges while files are compacted, and no row is lost or twice", async () => {
    const table = open();
    let compacted = 0;
    await during(start("merge-windows.ts", "24"), async () => {
      if (await table.snapshot()) compacted += (await compactTable(table)).commits.length;
    });
    const rows = (await tableRows(table, windowFields)).toSorted((a, b) => Number(a[0]) - Number(b[0]));
    expect(rows).toEqual(rowsAfter(24));
    expect(compacted).toBeGreaterThan(0);
  }, 120_000);

  it("appends while files are compacted and vacuumed without any retention, and none of its files is taken", async () => {
    const table = await createRanges();
    let deleted = 0;
    await during(start("land-ranges.ts", "a", "400"), async () => {
      await compactTable(table);
      const report = await vacuumTable(table, { retentionMs: 0, acceptShortRetention: true });
      deleted += report.deleted.files;
    });
    expect(await rangesOf(table)).toEqual(rangesUpTo(400, "a"));
    expect(deleted).toBeGreaterThan(0);
  }, 120_000);

  it("lands windows while versions are restored, and every row is there once in the end", async () => {
    const table = await createRanges();
    let restored = 0;
    const undo = async (round: number): Promise<void> => {
      const { version } = await mustSnapshot(table);
      const { n } = await table.lane(laneOf("a"));
      if (n === 0 || restored >= 4 || round % 3 > 0) return;
      const outcome = await restoreTable(table, { version: Math.max(1, version - 1 - (round % 4)) });
      if (outcome.status === "restored") restored++;
    };
    for (;;) {
      await during(start("land-ranges.ts", "a", "300"), undo);
      const { hi } = await table.lane(laneOf("a"));
      if (hi === 300n) break;
    }
    expect(await rangesOf(table)).toEqual(rangesUpTo(300, "a"));
    expect(restored).toBeGreaterThan(0);
  }, 120_000);

  it("lands windows while rows are erased, and only those are gone", async () => {
    const table = await createRanges();
    const erased = new Set<string>();
    await during(start("land-ranges.ts", "a", "300"), async () => {
      const { hi = 0n } = await table.lane(laneOf("a"));
      if (hi < 20n || erased.size >= 5) return;
      const id = hi - 15n;
      const report = await eraseRows(table, { keys: [{ ID: id, WRITER: "a" }] });
      if ("status" in report && report.status === "erased") erased.add(`a ${id}`);
    });
    expect(await rangesOf(table)).toEqual(rangesUpTo(300, "a").filter((row) => !erased.has(row)));
    expect(erased.size).toBeGreaterThan(0);
  }, 120_000);
});
