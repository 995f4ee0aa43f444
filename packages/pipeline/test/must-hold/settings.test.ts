import { dataset, delta, full, type Pipeline, parseDefinition, table } from "@snowmelt/core/definition";
import { type Clock, systemClock } from "@snowmelt/core/ports";
import { sourceTable } from "@snowmelt/core/types";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RunEvent } from "../../src/index.ts";
import { lakeRows } from "../lake-rows.ts";
import { type Landscape, openLandscape } from "../landscape.ts";
import { openProxy } from "./proxy.ts";

const rows = 20_000;
let land: Landscape;
beforeAll(async () => {
  land = await openLandscape({ results: { inlineRows: 10, firstChunkBytes: 50_000, maxChunkBytes: 50_000 } });
  await land.sql(
    `CREATE TABLE WIDE AS SELECT SEQ4()::NUMBER(10,0) AS ID, (SEQ4() || ' ' || MD5(SEQ4()))::VARCHAR(100) AS NAME FROM TABLE(GENERATOR(ROWCOUNT => ${rows}))`,
  );
}, 120_000);
afterAll(() => land[Symbol.asyncDispose]());

const WIDE = sourceTable({
  kind: "table",
  database: "AVIATION",
  schema: "PUBLIC",
  name: "WIDE",
  columns: [
    ["ID", "NUMBER(10,0)"],
    ["NAME", "VARCHAR(100)"],
  ],
});

type Extract = NonNullable<Parameters<typeof dataset>[0]["extract"]>;

const pipelineOf = (name: string, extract: Extract): Pipeline =>
  land.pipeline({ [name]: dataset({ source: table(WIDE), sync: full(), land: delta(), extract }) });

/** Time flies, so that no progress is too soon to tell of. */
function fastClock(): Clock {
  let ms = 0;
  return {
    ...systemClock,
    monotonicMs: () => {
      ms += 1000;
      return ms;
    },
  };
}

async function batchesOf(name: string, extract: Extract): Promise<number[]> {
  const told: number[] = [0];
  const onEvent = (event: RunEvent): void => {
    if (event.kind === "progress" && event.stage === "land") told.push(event.rows);
  };
  const { datasets } = await land.run(pipelineOf(name, extract), { clock: fastClock(), onEvent });
  expect(datasets).toMatchObject([{ outcome: "committed", counts: { inserted: rows } }]);
  return told.slice(1).map((total, index) => total - (told[index] ?? 0));
}

describe("batchRows", () => {
  test.each([
    [700, 29],
    [5000, 4],
    [100_000, 1],
  ])("of %i makes %i batches", async (batchRows, count) => {
    const batches = await batchesOf(`batches_${batchRows}`, { batchRows });
    expect(batches).toHaveLength(count);
    expect(batches.slice(0, -1).every((batch) => batch === batchRows)).toBe(true);
    expect(batches.reduce((sum, batch) => sum + batch, 0)).toBe(rows);
  });
});

describe("maxFileBytes", () => {
  test("bounds every file, and the files together are the table", async () => {
    const maxFileBytes = 64 * 1024;
    const { datasets } = await land.run(pipelineOf("small_files", { maxFileBytes, batchRows: 5000 }));
    const files = datasets[0]?.files ?? [];
    expect(files.length).toBeGreaterThan(5);
    expect(Math.max(...files.map(({ sizeBytes }) => sizeBytes))).toBeLessThanOrEqual(maxFileBytes);
    expect(files.reduce((sum, file) => sum + file.rows, 0)).toBe(rows);
    const total = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    expect(total / files.length, "files are near the bound, not crumbs").toBeGreaterThan(maxFileBytes / 2);
    expect(await lakeRows(land.lake, "raw/small_files", "COUNT(*), COUNT(DISTINCT ID), SUM(ID)", "1")).toEqual([
      [String(rows), String(rows), String((rows * (rows - 1)) / 2)],
    ]);

    const one = await land.run(pipelineOf("one_file", { maxFileBytes: "16 MB" }));
    expect(one.datasets[0]?.files).toHaveLength(1);
  });
});

/** The most requests for results and their chunks that were under way at once. */
async function mostAtOnce(name: string, extract: Extract): Promise<number> {
  let [now, most] = [0, 0];
  const isResult = (path: string): boolean => /^\/queries\/[^/]+\/result|^\/results\//.test(path);
  await using proxy = await openProxy(land.server.port, {
    delayMs: 60,
    onBegin: (path) => {
      if (!isResult(path)) return;
      now++;
      most = Math.max(most, now);
    },
    onEnd: (path) => {
      if (isResult(path)) now--;
    },
  });
  const { datasets } = await land.run(pipelineOf(name, extract), { connection: { port: proxy.port } });
  expect(datasets).toMatchObject([{ outcome: "committed", counts: { inserted: rows } }]);
  return most;
}

describe("parallel", () => {
  test("is how many ranges of the result are read at once", async () => {
    const batchRows = 2000;
    expect(await mostAtOnce("one_at_a_time", { batchRows, parallel: 1 })).toBeLessThanOrEqual(2);
    expect(await mostAtOnce("four_at_a_time", { batchRows, parallel: 4 })).toBeGreaterThanOrEqual(4);
  });
});

describe("an environment", () => {
  test("has settings of its own, beside those of every other", async () => {
    const base = pipelineOf("by_environment", { batchRows: 700 });
    const { local } = base.platform.environments;
    const environments = { small: { batchRows: 4000, maxFileBytes: 64 * 1024 } };
    const pipeline = parseDefinition({
      ...base,
      platform: { ...base.platform, environments: { local, small: local } },
      datasets: {
        by_environment: { ...base.datasets.by_environment, extract: { batchRows: 10_000, environments } },
      },
    });
    const run = async (environment: string): Promise<{ batches: number; files: number }> => {
      let batches = 0;
      const onEvent = (event: RunEvent): void => {
        if (event.kind === "progress" && event.stage === "land") batches++;
      };
      const { datasets } = await land.run(pipeline, { environment, clock: fastClock(), onEvent });
      expect(datasets).toMatchObject([{ outcome: "committed" }]);
      return { batches, files: datasets[0]?.files.length ?? 0 };
    };
    expect(await run("local")).toEqual({ batches: 2, files: 1 });
    const small = await run("small");
    expect(small.batches).toBe(5);
    expect(small.files).toBeGreaterThan(5);
  });

  test("that no one knows is a typo", () => {
    expect(() => pipelineOf("typo", { environments: { lokal: { parallel: 2 } } })).toThrow(/lokal/);
  });
});
