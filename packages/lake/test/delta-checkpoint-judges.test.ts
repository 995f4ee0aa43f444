import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { seededRandom, systemClock } from "@snowmelt/core/ports";
import type { Field, Value } from "@snowmelt/core/types";
import {
  type DeltaTable,
  landBatches,
  openDeltaTable,
  planAppend,
  planCreateTable,
  planOverwrite,
  planTableLayout,
  readSnapshot,
  toAddFile,
} from "@snowmelt/lake/delta";
import { openFileStore } from "@snowmelt/lake/store";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { plainSnapshot } from "./delta-log.ts";
import { askJudge, judgesPython, judgeTable } from "./judges/judge-table.ts";
import { toBatch } from "./table-rows.ts";

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "snowmelt-checkpoints-"));
});
afterAll(() => rm(root, { recursive: true }));

const fields: readonly Field[] = [
  { name: "ID", type: { kind: "int64" }, nullable: false },
  { name: "S", type: { kind: "string" }, nullable: true },
  { name: "W", type: { kind: "timestamp", unit: "us", utc: false }, nullable: true },
];
const narrow = fields.slice(0, 2);
const words = ["a b", "50%", "é/ü", "k=v", null, "😀"];

const open = (path: string): DeltaTable =>
  openDeltaTable({ store: openFileStore(root), path, clock: systemClock, random: seededRandom(path.length) });

/** An overwritten first row, then a row a commit, partitioned by the words; `columns` decide the protocol. */
async function fill(table: DeltaTable, columns: readonly Field[]): Promise<void> {
  const layout = planTableLayout(columns, [{ kind: "identity", column: "S" }]);
  const land = async (id: bigint, word: string | null) => {
    const row: Value[] = [id, word, id * 1000n].slice(0, columns.length);
    const batch = toBatch(columns, [row]);
    const files = await landBatches([batch], { table, layout, attemptId: `a${id}`, random: table.random });
    return files.map((file) => toAddFile(file, 7n));
  };
  const { partitionColumns } = layout;
  const created = planCreateTable({
    id: "0b8c5ad0-9a3c-4a9a-9d5c-0d6a2c4b7e11",
    fields: layout.fields,
    partitionColumns,
    createdAtMs: 1,
  });
  await table.commit({
    ...created,
    actions: [...created.actions, ...(await land(99n, "gone")).map((add) => ({ add }))],
  });
  for (const [index, word] of words.entries()) {
    const snapshot = await table.snapshot();
    if (!snapshot) throw new Error("there is no table");
    const files = await land(BigInt(index), word);
    const plan = index === 0 ? planOverwrite(snapshot, files, Date.now()) : planAppend(snapshot, files);
    const lanes = [{ appId: "snowmelt/dev/p/d/live", n: index + 1, hi: BigInt(index) }];
    expect(await table.commit(plan, { lanes })).toMatchObject({ status: "committed" });
  }
}

async function keepNewestEntry(table: DeltaTable): Promise<void> {
  for (let version = 0; version < words.length; version++) {
    await table.store.delete(`${table.path}/_delta_log/${String(version).padStart(20, "0")}.json`);
  }
}

describe.skipIf(judgesPython === undefined).each([
  ["of reader 1 and writer 2", narrow, [1, 2]],
  ["of reader 3 and writer 7", fields, [3, 7]],
] as const)("a checkpoint %s", (_name, columns, protocol) => {
  const expected = words.map((word, index) => ({ ID: `${index}`, S: word }));

  it("of ours is read by delta-rs, pyarrow and DuckDB", async () => {
    const table = open(`ours-${columns.length}`);
    await fill(table, columns);
    expect(await table.checkpoint()).toEqual({ status: "written", version: words.length });
    await keepNewestEntry(table);
    const verdict = await judgeTable(join(root, table.path), [["S", "string", "50%"]]);
    expect(verdict.protocol).toEqual(protocol);
    expect(verdict.version).toBe(words.length);
    for (const engine of ["deltalake", "pyarrow", "duckdb"] as const) {
      expect(verdict[engine].map(({ ID, S }) => ({ ID, S }))).toEqual(expected);
    }
    expect(verdict.filters).toEqual([["S", "50%", 1, 1]]);
  }, 120_000);

  it("of delta-rs is read by us", async () => {
    const table = open(`theirs-${columns.length}`);
    await fill(table, columns);
    const before = await readSnapshot(table);
    await askJudge("write-checkpoint.py", join(root, table.path));
    await keepNewestEntry(table);
    const after = await readSnapshot(table);
    expect(after?.files.size).toBe(words.length);
    expect(plainSnapshot(after)).toEqual(plainSnapshot(before));
  }, 120_000);
});
