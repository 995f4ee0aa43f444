import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Pipeline } from "@snowmelt/core/definition";
import { seededRandom } from "@snowmelt/core/ports";
import { changeStatements } from "@snowmelt/local";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import flights from "../../../../pipelines/flights.ts";
import { type Landscape, openLandscape } from "../landscape.ts";
import { accountsPipeline, changeAccounts, createAccounts, expectSourceInLake } from "./accounts.ts";
import { flightSumsAtSource, flightSumsInLake } from "./flight-sums.ts";
import { runChild } from "./start-child.ts";

const minutes = 60_000;
const seed = Number(process.env.SNOWMELT_CRASH_SEED ?? Date.now() % 1_000_000);
const rounds = Number(process.env.SNOWMELT_CRASH_ROUNDS ?? 50);

const boundaries = ["plan", "extract", "land", "verify", "check", "commit"].flatMap((stage) => [
  { kind: "stageStarted", stage },
  { kind: "stageFinished", stage },
]);

async function forget(land: Landscape): Promise<void> {
  for (const folder of ["lake", "state"]) await rm(join(land.directory, folder), { recursive: true, force: true });
}

describe("a run of 3,000,000 flights that is killed", () => {
  let land: Landscape;
  let pipeline: Pipeline;
  beforeAll(async () => {
    land = await openLandscape({ sample: true });
    const { datasets } = flights;
    pipeline = land.pipeline(datasets.flights ? { flights: datasets.flights } : {});
  }, 10 * minutes);
  afterAll(() => land[Symbol.asyncDispose]());

  /** Every flight of the source, once, with its values. */
  async function expectFlightsInLake(): Promise<void> {
    const landed = await flightSumsInLake(land);
    expect(landed.keys).toBe(landed.flights);
    expect(landed.sums).toEqual(await flightSumsAtSource(land));
  }

  test.each(boundaries)("at $kind of $stage leaves a table that the next run makes equal", async (killAt) => {
    await forget(land);
    expect(await runChild(land, pipeline, { killAt })).toEqual({ kind: "killed" });
    expect(await runChild(land, pipeline)).toMatchObject({ kind: "ended" });
    await expectFlightsInLake();

    await land.sql(...changeStatements({ inserts: 1000, updates: 1000 }));
    expect(await runChild(land, pipeline, { killAt })).toEqual({ kind: "killed" });
    expect(await runChild(land, pipeline)).toMatchObject({ kind: "ended" });
    await expectFlightsInLake();
  });
});

describe(`a run of 100,000 rows that is killed at ${rounds} random moments (SNOWMELT_CRASH_SEED=${seed})`, () => {
  let land: Landscape;
  beforeAll(async () => {
    land = await openLandscape({ results: { inlineRows: 100, firstChunkBytes: 20_000, maxChunkBytes: 200_000 } });
  }, 10 * minutes);
  afterAll(() => land[Symbol.asyncDispose]());
  beforeEach(() => forget(land));

  /** The last thing that the newest run told of before it ended. */
  async function lastWords(): Promise<string> {
    const runs = join(land.directory, "runs");
    const newest = (await readdir(runs).catch(() => [])).toSorted().at(-1);
    if (newest === undefined) return "nothing";
    const lines = (await readFile(join(runs, newest, "events.jsonl"), "utf8").catch(() => "")).trim().split("\n");
    const { kind, stage } = JSON.parse(lines.at(-1) || "{}");
    return [kind, stage].filter(Boolean).join(" ") || "nothing";
  }

  test(
    "leaves a table that the next run makes equal to the source, each time",
    async () => {
      const random = seededRandom(seed);
      const pipeline = accountsPipeline(land);
      const measure = async (): Promise<number> => {
        const startedAtMs = performance.now();
        expect(await runChild(land, pipeline)).toMatchObject({ kind: "ended" });
        return performance.now() - startedAtMs;
      };
      await createAccounts(land, 100_000);
      let firstMs = await measure();
      await changeAccounts(land);
      let mergeMs = await measure();
      console.log(`seed ${seed}: a first run takes ${Math.round(firstMs)} ms, a merge ${Math.round(mergeMs)} ms`);
      const table = ["| round | run | killed after ms | last words | next run |", "|---:|---|---:|---|---|"];
      let kills = 0;
      for (let round = 1; round <= rounds; round++) {
        const isFirst = round % 3 === 1;
        if (isFirst) await forget(land);
        else await changeAccounts(land);
        await rm(join(land.directory, "runs"), { recursive: true, force: true });
        // Not while the process only starts.
        const killAfterMs = Math.round((0.2 + 0.8 * random.float()) * (isFirst ? firstMs : mergeMs));
        const startedAtMs = performance.now();
        const killed = await runChild(land, pipeline, { killAfterMs });
        if (killed.kind === "killed") kills++;
        // The machine has become faster than when it was measured.
        else if (isFirst) firstMs = performance.now() - startedAtMs;
        else mergeMs = performance.now() - startedAtMs;
        const told = killed.kind === "killed" ? await lastWords() : "it was done before";
        const { status, datasets } = await land.run(pipeline);
        const outcomes = datasets.map(({ outcome }) => outcome).join(", ");
        table.push(`| ${round} | ${isFirst ? "first" : "merge"} | ${killAfterMs} | ${told} | ${outcomes} |`);
        const where = `round ${round} of seed ${seed}, killed after ${killAfterMs} ms`;
        expect(status, where).toBe("succeeded");
        await expectSourceInLake(land);
      }
      console.log(table.join("\n"));
      // A run that was done before its time is no test of anything.
      expect(kills).toBeGreaterThan(rounds / 2);
    },
    60 * minutes,
  );
});
