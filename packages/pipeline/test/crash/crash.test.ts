import { rm } from "node:fs/promises";
import { join } from "node:path";
import { systemClock, systemRandom } from "@snowmelt/core/ports";
import { openDeltaTable } from "@snowmelt/lake/delta";
import { eraseRows } from "@snowmelt/lake/maintain";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { lakeRows } from "../lake-rows.ts";
import { type Landscape, openLandscape } from "../landscape.ts";
import { accountsPipeline, changeAccounts, createAccounts, expectSourceInLake, mendAccounts } from "./accounts.ts";
import { describeNamedCases } from "./named-cases.ts";
import { freezeChild, runChild } from "./start-child.ts";

const rows = 3000;
let land: Landscape;
beforeAll(async () => {
  land = await openLandscape({ results: { inlineRows: 100, firstChunkBytes: 2000, maxChunkBytes: 20_000 } });
});
afterAll(() => land[Symbol.asyncDispose]());
beforeEach(async () => {
  for (const folder of ["lake", "state"]) await rm(join(land.directory, folder), { recursive: true, force: true });
  await createAccounts(land, rows);
});

const boundariesOf = (stages: readonly string[]) =>
  stages.flatMap((stage) => [
    { kind: "stageStarted", stage },
    { kind: "stageFinished", stage },
  ]);
const boundaries = boundariesOf(["plan", "extract", "land", "verify", "check", "quarantine", "commit"]);

describe("a run that is killed", () => {
  test.each(boundaries)(
    "at $kind of $stage leaves a table that the next run makes equal to the source",
    async (killAt) => {
      const pipeline = accountsPipeline(land);
      expect(await runChild(land, pipeline, { killAt })).toEqual({ kind: "killed" });
      expect((await land.run(pipeline)).status).toBe("succeeded");
      await expectSourceInLake(land);

      await changeAccounts(land);
      expect(await runChild(land, pipeline, { killAt })).toEqual({ kind: "killed" });
      expect((await land.run(pipeline)).status).toBe("succeeded");
      await expectSourceInLake(land);
    },
    120_000,
  );
});

describe("a merge that is killed", () => {
  test.each(boundariesOf(["merge"]))(
    "at $kind of $stage leaves a table that the next run makes equal to the source",
    async (killAt) => {
      const pipeline = accountsPipeline(land);
      expect((await land.run(pipeline)).status).toBe("succeeded");
      await changeAccounts(land);
      expect(await runChild(land, pipeline, { killAt })).toEqual({ kind: "killed" });
      expect((await land.run(pipeline)).status).toBe("succeeded");
      await expectSourceInLake(land);
    },
    120_000,
  );
});

describe("a run that is killed between the quarantine's commit and the table's", () => {
  const killAt = { kind: "stageFinished", stage: "quarantine" };

  test("leaves the refused rows in the quarantine, not counted yet, and nothing in the table", async () => {
    const pipeline = accountsPipeline(land);
    expect(await runChild(land, pipeline, { killAt })).toEqual({ kind: "killed" });
    const refused = rows / 100;
    expect(await lakeRows(land.store, "quarantine/accounts", "COUNT(*), MIN(_snowmelt_n)", "1")).toEqual([
      [`${refused}`, "1"],
    ]);
    await expect(lakeRows(land.store, "raw/accounts", "1", "1")).rejects.toThrow("there is no table");
    expect((await land.run(pipeline)).datasets).toMatchObject([
      { outcome: "committed", laneVersion: 1, counts: { inserted: rows - refused, quarantined: refused } },
    ]);
    await expectSourceInLake(land);
  });

  test("leaves each refused row once, also when an erasure takes the window's place in the lane", async () => {
    const pipeline = accountsPipeline(land);
    expect((await land.run(pipeline)).status).toBe("succeeded");
    await changeAccounts(land);
    expect(await runChild(land, pipeline, { killAt })).toEqual({ kind: "killed" });
    await land.sql("DELETE FROM ACCOUNTS WHERE ID = 1");
    const { store } = land;
    const table = openDeltaTable({ store, path: "raw/accounts", clock: systemClock, random: systemRandom });
    expect(await eraseRows(table, { keys: [{ ID: 1n }] })).toMatchObject({ status: "erased", rows: 1 });
    expect((await land.run(pipeline)).datasets).toMatchObject([{ outcome: "committed", laneVersion: 3 }]);
    await expectSourceInLake(land);
    expect(await lakeRows(store, "quarantine/accounts", "DISTINCT _snowmelt_n", "1")).toEqual([["1"], ["3"]]);
  }, 120_000);

  test("whose state is lost, and whose rows are mended meanwhile, leaves each row in one place", async () => {
    const pipeline = accountsPipeline(land);
    expect(await runChild(land, pipeline, { killAt })).toEqual({ kind: "killed" });
    await rm(join(land.directory, "state"), { recursive: true });
    await mendAccounts(land);
    expect((await land.run(pipeline)).status).toBe("succeeded");
    await expectSourceInLake(land);
  });
});

describe("a writer that was frozen before its commit, and whose lease has run out", () => {
  const freezeAt = { kind: "stageStarted", stage: "commit" };
  const later = { ...systemClock, nowMs: () => systemClock.nowMs() + 120_000 };

  test("finds its window in the table when another run landed it, and adds nothing", async () => {
    const pipeline = accountsPipeline(land);
    const frozen = await freezeChild(land, pipeline, { freezeAt });
    expect((await land.run(pipeline, { clock: later })).datasets).toMatchObject([
      { outcome: "committed", laneVersion: 1, notices: [{ code: "WINDOW_REPEATED" }, { code: "ROWS_QUARANTINED" }] },
    ]);
    expect(await frozen.wake()).toMatchObject({ datasets: [{ outcome: "alreadyCommitted" }] });
    await expectSourceInLake(land);
  });

  test("still has its files while its version is open, and may commit them", async () => {
    const pipeline = accountsPipeline(land);
    const frozen = await freezeChild(land, pipeline, { freezeAt });
    const stop = new AbortController();
    const stopped = await land.run(pipeline, {
      clock: later,
      signal: stop.signal,
      onEvent: ({ kind, ...event }) => {
        if (kind === "stageStarted" && "stage" in event && event.stage === "commit") stop.abort();
      },
    });
    expect(stopped.datasets).toMatchObject([{ outcome: "failed", failure: { code: "ABORTED" } }]);
    expect(await frozen.wake()).toMatchObject({ datasets: [{ outcome: "committed", failure: null }] });
    await expectSourceInLake(land);
    expect((await land.run(pipeline)).status).toBe("succeeded");
    await expectSourceInLake(land);
  });
});

describeNamedCases(() => land);

test("a run ends before its query is sent: the next one lands the window that was written down, and then what came since", async () => {
  const pipeline = accountsPipeline(land);
  await runChild(land, pipeline, { killAt: { kind: "stageStarted", stage: "extract" } });
  await changeAccounts(land);
  const { datasets } = await land.run(pipeline);
  expect(datasets).toMatchObject([
    {
      outcome: "committed",
      laneVersion: 1,
      notices: [{ code: "WINDOW_REPEATED" }, { code: "ROWS_QUARANTINED" }],
      counts: { extracted: rows },
    },
    { outcome: "committed", laneVersion: 2, counts: { updated: rows / 10, inserted: 50 } },
  ]);
  expect(datasets[1]?.window?.lo).toBe(datasets[0]?.window?.hi);
  await expectSourceInLake(land);
});
