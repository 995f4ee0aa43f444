import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { DatasetResult } from "../../src/index.ts";
import { type Landscape, openLandscape } from "../landscape.ts";
import { manifestOf, runCommand } from "./command-line.ts";
import { filesBelow } from "./folder.ts";
import { createPeople, expectPeopleInLake, now, peoplePipeline } from "./people.ts";

const rows = 3000;
let land: Landscape;
beforeAll(async () => {
  land = await openLandscape({ results: { inlineRows: 10, firstChunkBytes: 10_000, maxChunkBytes: 20_000 } });
});
afterAll(() => land[Symbol.asyncDispose]());

interface Window {
  readonly lo: string | null;
  readonly hi: string;
}

/** The windows that the log's commits hold, in the log's order; each commit holds the next version of the lane. */
async function committedWindows(table: string): Promise<Window[]> {
  const log = join(land.lake, "raw", table, "_delta_log");
  const windows: Window[] = [];
  for (const file of await filesBelow(log)) {
    const actions = (await readFile(join(log, file), "utf8"))
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    const versions = actions.flatMap(({ txn }) => (txn?.appId.endsWith("/live") ? [txn.version] : []));
    expect(versions).toEqual([windows.length + 1]);
    windows.push(actions.find(({ commitInfo }) => commitInfo)?.commitInfo.snowmelt.window);
  }
  return windows;
}

const change = (table: string): Promise<void> =>
  land.sql(
    `UPDATE ${table} SET AGE = AGE + 1, UPDATED_AT = ${now} WHERE MOD(ID, 5) = 0`,
    `INSERT INTO ${table} SELECT (SELECT MAX(ID) + 1 FROM ${table}) + SEQ4(), 'late', 1, ${now} FROM TABLE(GENERATOR(ROWCOUNT => 40))`,
  );

/** Two processes at once over one dataset; how each ended. */
async function two(table: string, stateRoots: readonly [string, string]): Promise<DatasetResult[]> {
  const pipeline = peoplePipeline(land, table, { extract: { batchRows: 200 } });
  const ended = await Promise.all(
    stateRoots.map((stateRoot) =>
      runCommand(land, pipeline, { args: ["--json"], stateRoot: join(land.directory, stateRoot) }),
    ),
  );
  return ended.map((run) => {
    const [first] = manifestOf(run).datasets;
    if (!first) throw new Error(`no result: ${run.err}`);
    expect(run.code === 0).toBe(first.outcome !== "failed");
    return first;
  });
}

const settled = ["committed", "alreadyCommitted", "empty"];

describe("two runs of one dataset at once", () => {
  const cases = [
    { how: "that share their state", table: "LEASED", roots: ["state", "state"], refusals: ["DATASET_BUSY"] },
    {
      how: "that know nothing of each other",
      table: "LANED",
      roots: ["state-a", "state-b"],
      refusals: ["COMMIT_LOST"],
    },
  ] as const;
  test.each(cases)(
    "$how end with one refused or both in order, and each row once",
    async ({ table, roots, refusals }) => {
      await createPeople(land, table, rows);
      for (let round = 0; round < 3; round++) {
        if (round > 0) await change(table);
        const results = await two(table, roots);
        for (const { outcome, failure } of results) {
          if (failure) expect(refusals).toContain(failure.code);
          else expect(settled).toContain(outcome);
        }
        expect(results.filter(({ outcome }) => outcome === "committed").length).toBeGreaterThan(0);
        await expectPeopleInLake(land, table);
      }
      const windows = await committedWindows(table.toLowerCase());
      expect(windows).toHaveLength(3);
      for (const [index, { lo }] of windows.entries()) expect(lo).toBe(windows[index - 1]?.hi ?? null);
    },
    240_000,
  );
});
