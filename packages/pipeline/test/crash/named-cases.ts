import { rm } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Landscape } from "../landscape.ts";
import { type AccountsOptions, accountsPipeline, changeAccounts, expectSourceInLake } from "./accounts.ts";
import { runChild } from "./start-child.ts";

/** Statements that read or unloaded a window, of all that the server ever got: each carries its attempt in its tag. */
async function extractions(land: Landscape): Promise<number> {
  const history = "TABLE(AVIATION.INFORMATION_SCHEMA.QUERY_HISTORY_BY_USER(RESULT_LIMIT => 10000))";
  const [row] = await land.rows(`SELECT COUNT(*) FROM ${history} WHERE QUERY_TAG LIKE 'snowmelt %attempt=%'`);
  return Number(row?.[0]);
}

/** The three crashes that the table must get over by itself, wherever the lake is and however rows come. */
export function describeNamedCases(landscape: () => Landscape, options: AccountsOptions = {}): void {
  describe("the named cases", { timeout: 120_000 }, () => {
    test("the commit is done and the state not saved: nothing is landed twice", async () => {
      const land = landscape();
      const pipeline = accountsPipeline(land, options);
      await runChild(land, pipeline, { killAt: { kind: "stageFinished", stage: "commit" } });
      expect((await land.run(pipeline)).datasets).toMatchObject([{ outcome: "alreadyCommitted", deltaVersion: 0 }]);
      await expectSourceInLake(land, options);
    });

    test.each([
      { kind: "stageStarted", stage: "land" },
      { kind: "progress", stage: "land" },
      { kind: "stageFinished", stage: "land" },
    ])(
      "a process dies at $kind of $stage: the next one takes its query over, and none is sent a second time",
      async (killAt) => {
        const land = landscape();
        const pipeline = accountsPipeline(land, options);
        const before = await extractions(land);
        expect(await runChild(land, pipeline, { killAt })).toEqual({ kind: "killed" });
        expect((await land.run(pipeline)).datasets).toMatchObject([{ outcome: "committed", laneVersion: 1 }]);
        expect(await extractions(land)).toBe(before + 1);
        await expectSourceInLake(land, options);
      },
    );

    test("a window fails while a later one lands: the table is planned from, and nothing is missing", async () => {
      const land = landscape();
      const pipeline = accountsPipeline(land, options);
      await runChild(land, pipeline, { killAt: { kind: "stageStarted", stage: "commit" } });
      await changeAccounts(land);
      const stateRoot = join(land.directory, "state-elsewhere");
      expect((await land.run(pipeline, { stateRoot })).datasets).toMatchObject([
        { outcome: "committed", laneVersion: 1 },
      ]);
      const { datasets } = await land.run(pipeline);
      expect(datasets.map(({ outcome }) => outcome)).toEqual(["empty"]);
      expect(datasets[0]?.notices.map(({ code }) => code)).toContain("ATTEMPT_SUPERSEDED");
      await expectSourceInLake(land, options);
      await rm(stateRoot, { recursive: true });
    });

    test("the state folder is deleted: the table says where to go on", async () => {
      const land = landscape();
      const pipeline = accountsPipeline(land, options);
      await land.run(pipeline);
      await changeAccounts(land);
      await runChild(land, pipeline, { killAt: { kind: "stageStarted", stage: "verify" } });
      await rm(join(land.directory, "state"), { recursive: true });
      expect((await land.run(pipeline)).datasets).toMatchObject([
        { outcome: "committed", laneVersion: 2, counts: { updated: 300 } },
      ]);
      await expectSourceInLake(land, options);
    });
  });
}
