import { planLanding } from "@snowmelt/core/types";
import { planExtract } from "@snowmelt/snowflake";
import { describe, expect, test } from "vitest";
import { FLIGHTS } from "../../../../pipelines/flights.schema.ts";
import flights from "../../../../pipelines/flights.ts";
import { lakeRows } from "../lake-rows.ts";
import { type Landscape, openLandscape } from "../landscape.ts";
import { manifestOf, runCommand } from "./command-line.ts";

const minutes = 60_000;

/** What the driver alone makes of a result, in rows a second: read whole by its own stream. */
async function driverCurve(land: Landscape, sizes: readonly number[]): Promise<string> {
  const plan = planExtract({
    source: { table: { database: "AVIATION", schema: "PUBLIC", name: "FLIGHTS" } },
    landed: planLanding(FLIGHTS.columns, {}, "delta"),
  });
  const points: string[] = [];
  for (const size of sizes) {
    const queryId = await land.session.submit(`${plan.sql} LIMIT ${size}`, { requestId: crypto.randomUUID() });
    await land.session.awaitQuery(queryId);
    const result = await land.session.openResult(queryId);
    const startedAtMs = performance.now();
    await result.read({ start: 0, end: size }, { stallMs: minutes, onRows: () => undefined });
    points.push(`${size} rows: ${Math.round((size / (performance.now() - startedAtMs)) * 1000)} rows/s`);
  }
  return points.join(", ");
}

/** Lands the flights by the command in a process of its own; its peak memory is the operating system's figure. */
async function landFlights(land: Landscape, rows: number): Promise<{ peakMb: number; rowsPerSecond: number }> {
  const { datasets } = flights;
  const pipeline = land.pipeline(datasets.flights ? { flights: datasets.flights } : {});
  const ended = await runCommand(land, pipeline, {
    args: ["--json"],
    shell: '/usr/bin/time -f "peak %M" "$0" "$@"',
  });
  expect(ended.code, ended.err).toBe(0);
  const [result] = manifestOf(ended).datasets;
  expect(result).toMatchObject({ outcome: "committed", counts: { extracted: rows, inserted: rows, rowsAfter: rows } });
  const peakMb = (Number(/^peak (\d+)$/m.exec(ended.err)?.[1]) * 1024) / 1e6;
  const seconds = (result?.durationMs ?? 0) / 1000;
  const manifestMb = Math.round((result?.peakRssBytes ?? 0) / 1e6);
  const rowsPerSecond = Math.round(rows / seconds);
  console.log(
    `${rows} flights: ${seconds.toFixed(1)} s, ${rowsPerSecond} rows/s, peak ${peakMb.toFixed(0)} MB (manifest: ${manifestMb} MB)`,
  );
  return { peakMb, rowsPerSecond };
}

describe.skipIf(process.platform !== "linux")("memory (needs Linux and /usr/bin/time, from the package time)", () => {
  let rowsPerSecond = 0;
  test(
    "3,000,000 flights land in less than 600 MB",
    async () => {
      await using land = await openLandscape({ sample: true });
      console.log(`the driver by itself: ${await driverCurve(land, [100_000, 200_000, 400_000, 800_000])}`);
      const landed = await landFlights(land, 3_000_000);
      expect(landed.peakMb).toBeLessThan(600);
      rowsPerSecond = landed.rowsPerSecond;
      expect(await lakeRows(land.lake, "raw/flights", "COUNT(*), COUNT(DISTINCT FLIGHT_ID)", "1")).toEqual([
        ["3000000", "3000000"],
      ]);
    },
    15 * minutes,
  );

  test(
    "ten times the rows land in less than 1 GB, at a speed of the same order",
    async () => {
      await using land = await openLandscape({ sample: true, sampleScale: 10 });
      const landed = await landFlights(land, 30_000_000);
      expect(landed.peakMb).toBeLessThan(1000);
      expect(landed.rowsPerSecond).toBeGreaterThan(rowsPerSecond / 2);
      expect(await lakeRows(land.lake, "raw/flights", "COUNT(*)", "1")).toEqual([["30000000"]]);
    },
    60 * minutes,
  );
});
