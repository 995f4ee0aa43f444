import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { systemClock, systemRandom } from "@snowmelt/core/ports";
import type { Field } from "@snowmelt/core/types";
import { landBatches, openDeltaTable, planCreateTable, planTableLayout, toAddFile } from "@snowmelt/lake/delta";
import { openFileStore } from "@snowmelt/lake/store";
import { expect, it, onTestFinished } from "vitest";
import { toBatch } from "../table-rows.ts";

const root = join(import.meta.dirname, "..", "..", "..", "..");
const example = join(root, "examples", "read-table.ts");

it("the example of the documentation is the one that is run, and reads the rows asked for", async () => {
  expect(await readFile(join(root, "docs", "tables.md"), "utf8")).toContain(
    `\`\`\`ts\n${await readFile(example, "utf8")}\`\`\``,
  );
  const lake = await mkdtemp(join(tmpdir(), "snowmelt-example-"));
  onTestFinished(() => rm(lake, { recursive: true }));
  const fields: readonly Field[] = [
    { name: "ORIGIN", type: { kind: "string" }, nullable: true },
    { name: "DELAY", type: { kind: "decimal", precision: 10, scale: 0 }, nullable: true },
  ];
  const table = openDeltaTable({
    store: openFileStore(lake),
    path: "raw/flights",
    clock: systemClock,
    random: systemRandom,
  });
  const rows = [
    ["LAX", 60n],
    ["SFO", 59n],
    [null, 90n],
    ["JFK", null],
  ];
  const landed = await landBatches([toBatch(fields, rows)], {
    table,
    layout: planTableLayout(fields),
    attemptId: "a",
    random: systemRandom,
  });
  const files = landed.map((file) => toAddFile(file));
  await table.commit(planCreateTable({ id: "t", fields, partitionColumns: [], createdAtMs: 0, files }));
  const { stdout } = await promisify(execFile)(process.execPath, ["--conditions=@snowmelt/source", example, lake]);
  expect(stdout.match(/LAX|SFO|JFK|ORIGIN/g)).toEqual(["ORIGIN", "LAX"]);
});
