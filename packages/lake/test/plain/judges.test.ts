import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { planPlainOverwrite, planPlainTable, readPlainTable } from "@snowmelt/lake/plain";
import { openFileStore } from "@snowmelt/lake/store";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { expectSameRows, rowsOf } from "../parquet/batches.ts";
import { everyTypeFields, everyTypeRows } from "../parquet/every-type.ts";
import { asDuckDbSees, openDuckDbJudge } from "../parquet/judge-duckdb.ts";
import { readByHyparquet } from "../parquet/judge-hyparquet.ts";
import { landRun, mustSnapshot, openTable } from "./plain-tables.ts";

const python = process.env.SNOWMELT_JUDGES_PYTHON;
const needs = "needs SNOWMELT_JUDGES_PYTHON, the path of a Python with pyarrow";
const rows = everyTypeRows(500);
const none = { of: everyTypeFields, partitionBy: [] };

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "snowmelt-plain-"));
  const table = openTable(openFileStore(root));
  const files = await landRun(table, "old", rows.slice(0, 9), none);
  await table.commit(
    planPlainTable({ id: "i", name: "t", fields: everyTypeFields, partitionColumns: [], createdAtMs: 1, files }),
  );
  await table.commit(planPlainOverwrite(await mustSnapshot(table), await landRun(table, "new", rows, none)));
});
afterEach(() => rm(root, { recursive: true }));

/** The live files as anyone finds them: by the JSON of the newest manifest. */
async function liveFiles(): Promise<string[]> {
  const text = await readFile(join(root, "raw/t/_snowmelt/00000000000000000001.json"), "utf8");
  const { files } = JSON.parse(text) as { files: { path: string }[] };
  return files.map(({ path }) => join(root, "raw/t", path));
}

describe("every type, read by the paths of the newest manifest", () => {
  test("is the same to us, hyparquet and DuckDB", async () => {
    const batches = [];
    for await (const batch of readPlainTable(openTable(openFileStore(root)))) batches.push(batch);
    expectSameRows(rowsOf(batches), rows);
    const [file = ""] = await liveFiles();
    const bytes = await readFile(file);
    expectSameRows(await readByHyparquet(bytes, everyTypeFields), rows);
    await using duckdb = await openDuckDbJudge();
    expectSameRows(
      await duckdb.rows(bytes, everyTypeFields),
      rows.map((row) => asDuckDbSees(everyTypeFields, row)),
    );
  });

  test.skipIf(!python)(`is whole to pyarrow, and has the manifest's row count (${needs})`, async () => {
    const script =
      "import sys, pyarrow.dataset as d; t = d.dataset(sys.argv[1:], format='parquet', partitioning=None).to_table(); print(t.num_rows, t.num_columns, sum(c.null_count for c in t.columns))";
    const { stdout } = await promisify(execFile)(python ?? "", ["-c", script, ...(await liveFiles())]);
    const nulls = rows.flat().filter((value) => value === null).length;
    expect(stdout.trim()).toBe(`${rows.length} ${everyTypeFields.length} ${nulls}`);
  });
});
