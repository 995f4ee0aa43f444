import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { dataset, delta, incremental, integer, month, type Pipeline, table } from "@snowmelt/core/definition";
import { seededRandom } from "@snowmelt/core/ports";
import { columnValues } from "@snowmelt/core/quality";
import { changeStatements } from "@snowmelt/local";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { FLIGHTS } from "../../../../pipelines/flights.schema.ts";
import flights from "../../../../pipelines/flights.ts";
import { type Landscape, openLandscape } from "../landscape.ts";
import { accountsPipeline, changeAccounts, createAccounts, expectSourceInLake } from "./accounts.ts";
import { flightSumsAtSource, flightSumsInLake, refusedFlightsInLake } from "./flight-sums.ts";
import { runChild } from "./start-child.ts";

const minutes = 60_000;
const seed = Number(process.env.SNOWMELT_CRASH_SEED ?? Date.now() % 1_000_000);
const wanted = Number(process.env.SNOWMELT_CRASH_ROUNDS ?? 50);
/** Some runs are done before their moment comes, the more the faster the machine becomes; another takes the place of each. */
const mostRounds = 4 * wanted;

const boundariesOf = (...stages: string[]) =>
  stages.flatMap((stage) => [
    { kind: "stageStarted", stage },
    { kind: "stageFinished", stage },
  ]);

const refusesShortFlights = dataset({
  source: table(FLIGHTS),
  key: ["FLIGHT_ID"],
  sync: incremental({ cursor: "UPDATED_AT", lag: "0 seconds", zone: "UTC", deletes: "ignore" }),
  columns: { FLIGHT_ID: integer(), DELAY: integer(), DISTANCE: integer() },
  land: delta({ partitionBy: [month("DATE")] }),
  quality: [columnValues("DISTANCE", ">", 200, { onFail: "quarantine" })],
});

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

  const change = () => land.sql(...changeStatements({ inserts: 1000, updates: 1000 }));

  /** Every flight of the source, once, with its values. */
  async function expectFlightsInLake(): Promise<void> {
    const landed = await flightSumsInLake(land);
    expect(landed.keys).toBe(landed.flights);
    expect(landed.sums).toEqual(await flightSumsAtSource(land));
  }

  test.each(boundariesOf("plan", "extract", "land", "verify", "check", "commit"))(
    "at $kind of $stage leaves a table that the next run makes equal",
    async (killAt) => {
      await forget(land);
      expect(await runChild(land, pipeline, { killAt })).toEqual({ kind: "killed" });
      expect(await runChild(land, pipeline)).toMatchObject({ kind: "ended" });
      await expectFlightsInLake();

      await change();
      expect(await runChild(land, pipeline, { killAt })).toEqual({ kind: "killed" });
      expect(await runChild(land, pipeline)).toMatchObject({ kind: "ended" });
      await expectFlightsInLake();
    },
  );

  test.each(boundariesOf("merge"))(
    "at $kind of $stage leaves a table that the next run makes equal",
    async (killAt) => {
      await forget(land);
      expect(await runChild(land, pipeline)).toMatchObject({ kind: "ended" });
      await change();
      expect(await runChild(land, pipeline, { killAt })).toEqual({ kind: "killed" });
      expect(await runChild(land, pipeline)).toMatchObject({ kind: "ended" });
      await expectFlightsInLake();
    },
  );

  test.each(boundariesOf("quarantine"))(
    "at $kind of $stage leaves each flight in the table or refused, and the next run none in both",
    async (killAt) => {
      const refusing = land.pipeline({ flights: refusesShortFlights });
      const expectFlightsApart = async (): Promise<void> => {
        const landed = await flightSumsInLake(land);
        expect(landed.keys).toBe(landed.flights);
        expect(landed.sums).toEqual(await flightSumsAtSource(land, "DISTANCE > 200"));
        const refused = await refusedFlightsInLake(land);
        expect(refused.versions).toBe(refused.rows);
        const [[short] = []] = await land.rows("SELECT COUNT(*) FROM AVIATION.PUBLIC.FLIGHTS WHERE DISTANCE <= 200");
        expect(refused.flights).toBe(short);
      };
      await forget(land);
      expect(await runChild(land, refusing, { killAt })).toEqual({ kind: "killed" });
      expect(await runChild(land, refusing)).toMatchObject({ kind: "ended" });
      await expectFlightsApart();

      await change();
      expect(await runChild(land, refusing, { killAt })).toEqual({ kind: "killed" });
      expect(await runChild(land, refusing)).toMatchObject({ kind: "ended" });
      await expectFlightsApart();
    },
  );
});

describe(`a run of 100,000 rows that is killed at ${wanted} random moments (SNOWMELT_CRASH_SEED=${seed})`, () => {
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
      const told = ["| round | run | killed after ms | last words | next run |", "|---:|---|---:|---|---|"];
      let kills = 0;
      for (let round = 1; kills < wanted && round <= mostRounds; round++) {
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
        const words = killed.kind === "killed" ? await lastWords() : "it was done before";
        const { status, datasets } = await land.run(pipeline);
        const outcomes = datasets.map(({ outcome }) => outcome).join(", ");
        told.push(`| ${round} | ${isFirst ? "first" : "merge"} | ${killAfterMs} | ${words} | ${outcomes} |`);
        const where = `round ${round} of seed ${seed}, killed after ${killAfterMs} ms`;
        expect(status, where).toBe("succeeded");
        await expectSourceInLake(land);
      }
      console.log(told.join("\n"));
      expect(kills).toBe(wanted);
    },
    60 * minutes,
  );
});
