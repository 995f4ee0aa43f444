import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Pipeline } from "@snowmelt/core/definition";
import { columnValues, isComplete } from "@snowmelt/core/quality";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { DatasetResult } from "../../src/index.ts";
import { lakeRows } from "../lake-rows.ts";
import { type Landscape, openLandscape } from "../landscape.ts";
import { filesBelow } from "./folder.ts";
import { createPeople, now, peoplePipeline } from "./people.ts";

let land: Landscape;
beforeAll(async () => {
  land = await openLandscape();
});
afterAll(() => land[Symbol.asyncDispose]());

const quarantining = (name: string): Pipeline =>
  peoplePipeline(land, name, {
    quality: [columnValues("AGE", ">=", 0, { onFail: "quarantine" }), isComplete("NAME", { onFail: "quarantine" })],
  });

async function runOne(pipeline: Pipeline): Promise<DatasetResult> {
  const { datasets } = await land.run(pipeline);
  const [only] = datasets;
  if (!only || datasets.length !== 1) throw new Error("one result was expected");
  expect(only.failure).toBeNull();
  const { extracted, inserted, updated, skippedAsOlder, quarantined, rowsBefore, rowsAfter, deleted } = only.counts;
  expect(extracted).toBe(inserted + updated + skippedAsOlder + quarantined);
  expect(rowsAfter).toBe(rowsBefore + inserted - deleted);
  expect(only.checks.filter(({ passed }) => !passed)).toEqual([]);
  return only;
}

const landed = (name: string) => lakeRows(land.lake, `raw/${name}`, "ID, NAME, AGE", "ID");
const splitOff = (name: string) =>
  lakeRows(land.lake, `quarantine/${name}`, "ID, NAME, AGE, _snowmelt_n, _snowmelt_rules", "_snowmelt_n, ID");

const age = "AGE >= 0";
const complete = "NAME is complete";

describe("a rule that quarantines", () => {
  test("splits its rows off, says why, leaves the old row of a refused update, and the counts add up", async () => {
    await createPeople(land, "SPLIT", 5);
    await land.sql("UPDATE SPLIT SET AGE = -1 WHERE ID = 1", "UPDATE SPLIT SET NAME = NULL, AGE = -2 WHERE ID = 2");
    const first = await runOne(quarantining("SPLIT"));
    expect(first.counts).toMatchObject({ extracted: 5, inserted: 3, quarantined: 2, rowsAfter: 3 });
    expect(await landed("split")).toEqual([
      ["0", "person 0", "0"],
      ["3", "person 3", "3"],
      ["4", "person 4", "4"],
    ]);
    expect(await splitOff("split")).toEqual([
      ["1", "person 1", "-1", "1", age],
      ["2", null, "-2", "1", `${age}; ${complete}`],
    ]);

    await land.sql(
      `UPDATE SPLIT SET AGE = -3, UPDATED_AT = ${now} WHERE ID = 3`,
      `UPDATE SPLIT SET AGE = 40, UPDATED_AT = ${now} WHERE ID = 4`,
      `UPDATE SPLIT SET AGE = 1, UPDATED_AT = ${now} WHERE ID = 1`,
    );
    const second = await runOne(quarantining("SPLIT"));
    expect(second.counts).toMatchObject({ extracted: 3, inserted: 1, updated: 1, quarantined: 1, rowsAfter: 4 });
    expect(await landed("split")).toEqual([
      ["0", "person 0", "0"],
      ["1", "person 1", "1"],
      ["3", "person 3", "3"],
      ["4", "person 4", "40"],
    ]);
    expect(second.notices).toMatchObject([
      { code: "ROWS_QUARANTINED", message: expect.stringMatching(/^1 rows .*quarantine\/split.*earlier version/) },
    ]);
    expect((await splitOff("split")).slice(2)).toEqual([["3", "person 3", "-3", "2", age]]);
    expect(second.rules).toMatchObject([
      { rule: age, onFail: "quarantine", passed: false, rowsFailing: 1 },
      { rule: complete, onFail: "quarantine", passed: true },
    ]);

    await land.sql(`UPDATE SPLIT SET AGE = 3, UPDATED_AT = ${now} WHERE ID = 3`);
    expect((await runOne(quarantining("SPLIT"))).counts).toMatchObject({ updated: 1, quarantined: 0 });
    expect(await splitOff("split")).toHaveLength(3);
  });

  test("takes every row where every row fails", async () => {
    await createPeople(land, "ALL_BAD", 4);
    await land.sql("UPDATE ALL_BAD SET AGE = -1");
    expect((await runOne(quarantining("ALL_BAD"))).counts).toMatchObject({ inserted: 0, quarantined: 4, rowsAfter: 0 });
    expect(await splitOff("all_bad")).toHaveLength(4);
    expect(await runOne(quarantining("ALL_BAD"))).toMatchObject({ outcome: "empty" });
    await land.sql(`UPDATE ALL_BAD SET AGE = 1, UPDATED_AT = ${now}`);
    expect((await runOne(quarantining("ALL_BAD"))).counts).toMatchObject({ inserted: 4, rowsAfter: 4 });
  });
});

describe("an end between the quarantine's commit and the table's", () => {
  /** Runs with the table's log out of reach from the commit on, as if the process ended between the two. */
  async function endBetween(name: string): Promise<void> {
    const log = join(land.lake, "raw", name, "_delta_log");
    const { datasets } = await land.run(quarantining(name.toUpperCase()), {
      onEvent(event) {
        if (event.kind !== "stageStarted" || event.stage !== "commit") return;
        mkdirSync(join(land.lake, "raw", name), { recursive: true });
        writeFileSync(log, "a file where the log should be");
      },
    });
    expect(datasets).toMatchObject([{ outcome: "failed", failure: { stage: "commit", category: "storage" } }]);
    rmSync(log);
    expect(await splitOff(name), "the quarantine is committed").toHaveLength(2);
    await expect(landed(name)).rejects.toThrow("there is no table");
  }

  test.each(["kept", "lost"] as const)(
    "leaves each row counted once after the next run, the state %s",
    async (state) => {
      const name = `ended_${state}`;
      await createPeople(land, name.toUpperCase(), 6);
      await land.sql(`UPDATE ${name} SET AGE = -1 WHERE ID IN (2, 4)`);
      await endBetween(name);
      if (state === "lost") {
        await rm(join(land.directory, "state"), { recursive: true });
        await land.sql(`UPDATE ${name} SET AGE = -5, UPDATED_AT = ${now} WHERE ID = 2`);
      }
      const { datasets } = await land.run(quarantining(name.toUpperCase()));
      expect(datasets).toMatchObject([
        { outcome: "committed", laneVersion: 1, counts: { extracted: 6, inserted: 4, quarantined: 2 } },
      ]);
      expect(await splitOff(name)).toEqual([
        ["2", "person 2", state === "lost" ? "-5" : "-1", "1", age],
        ["4", "person 4", "-1", "1", age],
      ]);
      expect((await landed(name)).map(([id]) => id)).toEqual(["0", "1", "3", "5"]);
      expect(await runOne(quarantining(name.toUpperCase()))).toMatchObject({ outcome: "empty" });
      expect(await splitOff(name)).toHaveLength(2);
    },
  );
});

describe("other rules", () => {
  test("a warning does not stop the run, and is told", async () => {
    await createPeople(land, "WARNED", 5);
    const quality = [columnValues("AGE", "<", 2, { onFail: "warn" })];
    const result = await runOne(peoplePipeline(land, "WARNED", { quality }));
    expect(result).toMatchObject({
      outcome: "committed",
      counts: { inserted: 5, quarantined: 0 },
      rules: [{ rule: "AGE < 2", onFail: "warn", passed: false, rowsFailing: 3 }],
    });
  });

  test("a blocking rule leaves nothing, in the quarantine neither", async () => {
    await createPeople(land, "STOPPED", 5);
    await land.sql("UPDATE STOPPED SET AGE = -1 WHERE ID = 1");
    const quality = [columnValues("AGE", ">=", 0, { onFail: "quarantine" }), columnValues("ID", "<", 3)];
    const { datasets } = await land.run(peoplePipeline(land, "STOPPED", { quality }));
    expect(datasets).toMatchObject([{ outcome: "failed", failure: { code: "QUALITY_BLOCKED" } }]);
    for (const zone of ["raw", "quarantine"]) expect(await filesBelow(join(land.lake, zone, "stopped"))).toEqual([]);
  });
});
