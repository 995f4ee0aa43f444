import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Pipeline } from "@snowmelt/core/definition";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type Verification, type VerifyOptions, verifyRun, verifyTables } from "../../src/index.ts";
import { emptyLake } from "../crash/empty-lake.ts";
import { type Landscape, openLandscape } from "../landscape.ts";
import { createRegions, regionsPipeline } from "./regions.ts";

let land: Landscape;
beforeAll(async () => {
  land = await openLandscape();
});
afterAll(() => land[Symbol.asyncDispose]());
beforeEach(async () => {
  await emptyLake(land);
  await createRegions(land, 60);
});

const options = (deep: boolean): VerifyOptions => ({
  environment: "local",
  secrets: land.secrets,
  runsRoot: join(land.directory, "runs"),
  deep,
});
const verify = (pipeline: Pipeline, deep = false): Promise<Verification> => verifyTables(pipeline, options(deep));
const of = (report: Verification, outcome: string): string[] => [
  ...new Set(
    report.tables.flatMap(({ checks }) =>
      checks.flatMap(({ outcome: came, rung, name }) => (came === outcome ? [`${rung}: ${name}`] : [])),
    ),
  ),
];
const dataFiles = (): string[] =>
  readdirSync(join(land.lake, "raw/regions/data"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .sort();

test("a plain table agrees with its manifests, files and source, and so does each run", async () => {
  const pipeline = regionsPipeline(land);
  const first = await land.run(pipeline);
  const shallow = await verify(pipeline);
  expect(of(shallow, "failed")).toEqual([]);
  expect(shallow).toMatchObject({ verdict: "agrees", tables: [{ rows: 60, deltaVersion: 0 }] });
  const deep = await verify(pipeline, true);
  expect(of(deep, "failed")).toEqual([]);
  expect(of(deep, "passed")).toEqual(
    expect.arrayContaining(["source: rows", "source: sum", "digest: rows", "files: manifests", "files: sha256"]),
  );
  await land.sql("DELETE FROM REGIONS WHERE ID < 9");
  const second = await land.run(pipeline);
  expect(await verify(pipeline, true)).toMatchObject({ verdict: "agrees", tables: [{ rows: 51, deltaVersion: 1 }] });
  for (const run of [first, second]) {
    const report = await verifyRun(pipeline, run, options(true));
    expect(of(report, "failed")).toEqual([]);
    expect(report).toMatchObject({ verdict: "agrees" });
  }
});

test("what changed at the source since a plain table was landed is no difference", async () => {
  const pipeline = regionsPipeline(land);
  await land.run(pipeline);
  await land.sql("UPDATE REGIONS SET AMOUNT = AMOUNT + 1");
  expect(await verify(pipeline, true)).toMatchObject({ verdict: "agrees" });
});

test("damage to a plain table is found", async () => {
  const pipeline = regionsPipeline(land);
  await land.run(pipeline);
  const [file = ""] = dataFiles();
  const bytes = readFileSync(file);
  const flipped = Uint8Array.from(bytes);
  flipped[60] = (flipped[60] ?? 0) ^ 1;
  writeFileSync(file, flipped);
  expect(of(await verify(pipeline, true), "failed")).toContain("files: sha256");
  rmSync(file);
  const gone = await verify(pipeline);
  expect(gone.verdict).toBe("differs");
  expect(of(gone, "failed")).toEqual(["files: file"]);
  writeFileSync(file, bytes);
  expect(await verify(pipeline, true)).toMatchObject({ verdict: "agrees" });
});

test("a manifest that lost rows is found by the source", async () => {
  const pipeline = regionsPipeline(land);
  await land.run(pipeline);
  const path = join(land.lake, "raw/regions/_snowmelt/00000000000000000000.json");
  const manifest = JSON.parse(readFileSync(path, "utf8"));
  const [gone] = manifest.files;
  manifest.files = manifest.files.slice(1);
  manifest.added = manifest.added.filter((added: string) => added !== gone.path);
  manifest.rowCount -= gone.rowCount;
  writeFileSync(path, JSON.stringify(manifest));
  const report = await verify(pipeline);
  expect(report.verdict).toBe("differs");
  expect(of(report, "failed")).toContain("source: rows");
});
