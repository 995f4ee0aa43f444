import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  type DatasetInput,
  dataset,
  delta,
  full,
  identity,
  incremental,
  integer,
  table,
} from "@snowmelt/core/definition";
import { type SourceColumn, sourceTable } from "@snowmelt/core/types";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Verification, type VerifyOptions, verifyRun, verifyTables } from "../../src/index.ts";
import { type Landscape, openLandscape } from "../landscape.ts";

let land: Landscape;
beforeAll(async () => {
  land = await openLandscape();
});
afterAll(() => land[Symbol.asyncDispose]());

const columns: readonly SourceColumn[] = [
  ["ID", "NUMBER(38,0) NOT NULL"],
  ["KIND", "VARCHAR(1)"],
  ["AMOUNT", "NUMBER(10,2)"],
  ["NOTE", "VARCHAR(100)"],
  ["RATIO", "FLOAT"],
  ["SEEN", "TIMESTAMP_TZ(6)"],
  ["DAY", "DATE"],
  ["OK", "BOOLEAN"],
  ["RAW", "BINARY(8)"],
  ["UPDATED_AT", "TIMESTAMP_NTZ(6)"],
];
const now = "CONVERT_TIMEZONE('UTC', CURRENT_TIMESTAMP())::TIMESTAMP_NTZ";

async function create(name: string, rows: number): Promise<void> {
  await land.sql(
    `CREATE OR REPLACE TABLE ${name} (${columns.map((column) => column.join(" ")).join(", ")})`,
    `INSERT INTO ${name} SELECT SEQ4(), CHR(97 + MOD(SEQ4(), 2)), SEQ4() * 1.25, IFF(MOD(SEQ4(), 7) = 0, NULL, 'nöte 😀 ' || SEQ4()),
      SEQ4() / 3, DATEADD('second', SEQ4(), '2020-02-29 23:59:00 +0130'::TIMESTAMP_TZ), DATEADD('day', SEQ4(), '1969-12-01'::DATE),
      MOD(SEQ4(), 3) = 0, TO_BINARY('00ff', 'HEX'), ${now} FROM TABLE(GENERATOR(ROWCOUNT => ${rows}))`,
  );
}

const base = (name: string) => ({
  source: table(sourceTable({ kind: "table", database: "AVIATION", schema: "PUBLIC", name, columns })),
  columns: { ID: integer() },
  land: delta({ partitionBy: [identity("KIND")] }),
});
const followed = (name: string, more: Partial<DatasetInput> = {}): DatasetInput => ({
  ...dataset({
    ...base(name),
    key: ["ID"],
    sync: incremental({ cursor: "UPDATED_AT", lag: "0 seconds", zone: "UTC", deletes: "ignore" }),
  }),
  ...more,
});
const whole = (name: string): DatasetInput => dataset({ ...base(name), sync: full() });

type Pipeline = ReturnType<Landscape["pipeline"]>;
const options = (more: Partial<VerifyOptions> = {}): VerifyOptions => ({
  environment: "local",
  secrets: land.secrets,
  runsRoot: join(land.directory, "runs"),
  ...more,
});
const verify = (pipeline: Pipeline, more: Partial<VerifyOptions> = {}): Promise<Verification> =>
  verifyTables(pipeline, options(more));

const of = (report: Verification, outcome: "failed" | "notChecked"): string[] =>
  report.tables.flatMap(({ checks }) =>
    checks.flatMap((check) => (check.outcome === outcome ? [`${check.rung}: ${check.name}`] : [])),
  );
const failed = (report: Verification): string[] => [...new Set(of(report, "failed"))];
const notChecked = (report: Verification): string[] => [...new Set(of(report, "notChecked"))];
const shown = (report: Verification) =>
  report.tables.flatMap(({ checks }) => checks.filter(({ outcome }) => outcome === "failed"));

function dataFiles(name: string): string[] {
  const root = join(land.lake, "raw", name, "data");
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".parquet"))
    .map(({ parentPath, name: file }) => join(parentPath, file))
    .sort();
}

/** A table that was landed, for a test to damage. */
async function landed(name: string, make: (source: string) => DatasetInput = followed) {
  const source = name.toUpperCase();
  await create(source, 40);
  const pipeline = land.pipeline({ [name]: make(source) });
  const manifest = await land.run(pipeline);
  expect(manifest.status).toBe("succeeded");
  return { pipeline, manifest, source };
}

describe("a table that is as its source", () => {
  test.each([
    ["followed by a cursor", "good_followed", followed],
    ["read in full", "good_whole", whole],
  ])("passes every rung, %s", async (_, name, make) => {
    const { pipeline, manifest } = await landed(name, make);
    const shallow = await verify(pipeline);
    expect(shown(shallow)).toEqual([]);
    expect(shallow).toMatchObject({ passed: true, deep: false, tables: [{ rows: 40, deltaVersion: 0 }] });
    expect(notChecked(shallow).toSorted()).toEqual([
      "catalog: table",
      "source: greatest",
      "source: least",
      "source: length",
      "source: sum",
    ]);
    const deep = await verify(pipeline, { deep: true });
    expect(shown(deep)).toEqual([]);
    expect(notChecked(deep)).toEqual(["digest: rows", "catalog: table"]);
    expect(deep.tables[0]?.checks).toContainEqual(
      expect.objectContaining({ rung: "digest", subject: "9 of 11 columns", outcome: "passed" }),
    );
    const run = await verifyRun(pipeline, manifest.runId, options({ deep: true }));
    expect(shown(run)).toEqual([]);
    expect(run).toMatchObject({ passed: true, runId: manifest.runId });
    expect(notChecked(run)).toEqual(["catalog: table"]);
  });

  test("passes after updates, by table and by each of its runs", async () => {
    const { pipeline, manifest, source } = await landed("merged");
    await land.sql(`UPDATE ${source} SET NOTE = 'new', UPDATED_AT = ${now} WHERE ID < 5`);
    const waiting = await verify(pipeline, { deep: true });
    expect(shown(waiting)).toEqual([]);
    expect(waiting.tables[0]?.checks).toContainEqual(
      expect.objectContaining({
        rung: "recent",
        subject: "what changed since the last landing",
        outcome: "notChecked",
      }),
    );
    expect(waiting.tables[0]?.checks).toContainEqual(
      expect.objectContaining({ name: "rows", rung: "source", outcome: "passed", expected: "40", actual: "40" }),
    );
    const second = await land.run(pipeline);
    const report = await verify(pipeline, { deep: true });
    expect(shown(report)).toEqual([]);
    for (const run of [manifest, second]) {
      const verified = await verifyRun(pipeline, run, options());
      expect(shown(verified)).toEqual([]);
      expect(verified.tables[0]?.checks).toContainEqual(
        expect.objectContaining({ rung: "source", name: "rows", outcome: "passed" }),
      );
    }
  });
});

describe("the source and the table part", () => {
  test("a row that came after its window is missed, and found in its bucket", async () => {
    const { pipeline, source } = await landed("late");
    await land.sql(
      `INSERT INTO ${source} SELECT 99, 'a', 1, 'late', 1, SEEN, DAY, OK, RAW, DATEADD('hour', -1, UPDATED_AT) FROM ${source} WHERE ID = 1`,
    );
    const report = await verify(pipeline);
    expect(failed(report)).toEqual(expect.arrayContaining(["source: rows", "recent: rows by cursor"]));
    const rows = shown(report).find(({ name }) => name === "rows");
    expect(rows).toMatchObject({ expected: "41", actual: "40", because: expect.stringContaining("stayed open") });
  });

  test("a row that was deleted at the source is found in its bucket", async () => {
    const { pipeline, source } = await landed("deleted");
    await land.sql(`DELETE FROM ${source} WHERE ID = 3`);
    const report = await verify(pipeline);
    expect(failed(report)).toContain("recent: rows by cursor");
    expect(shown(report).find(({ name }) => name === "rows")?.because).toContain("deleted at the source");
  });

  test("values that were swapped between rows are seen by the digest alone", async () => {
    const { pipeline, source } = await landed("swapped");
    await land.sql(`UPDATE ${source} SET AMOUNT = IFF(ID = 2, 5.00, 2.50) WHERE ID IN (2, 4)`);
    expect(failed(await verify(pipeline))).toEqual([]);
    expect(failed(await verify(pipeline, { deep: true }))).toEqual(["digest: rows"]);
  });

  test("a table that is read in full is held against the moment it was landed", async () => {
    const { pipeline, source } = await landed("moved_on", whole);
    await land.sql(`DELETE FROM ${source} WHERE ID = 3`);
    expect(shown(await verify(pipeline, { deep: true }))).toEqual([]);
    await land.sql(
      `DROP TABLE ${source}`,
      `CREATE TABLE ${source} (${columns.map((column) => column.join(" ")).join(", ")})`,
    );
    const report = await verify(pipeline);
    expect(shown(report)).toEqual([]);
    expect(notChecked(report)).toEqual(expect.arrayContaining(["source: rows", "source: columns"]));
    expect(report.tables[0]?.checks.find(({ name }) => name === "rows")?.because).toContain("time travel");
  });
});

describe("damage to the lake", () => {
  test("a flipped byte in a data page is found deep, by hash and by values", async () => {
    const { pipeline, manifest } = await landed("flipped");
    const [file = ""] = dataFiles("flipped");
    const bytes = readFileSync(file);
    bytes[60] = (bytes[60] ?? 0) ^ 1;
    writeFileSync(file, bytes);
    expect(failed(await verify(pipeline))).toEqual([]);
    expect(failed(await verify(pipeline, { deep: true }))).toEqual(["files: sha256", "files: values"]);
    expect(failed(await verifyRun(pipeline, manifest, options({ deep: true })))).toEqual([
      "files: sha256",
      "files: values",
    ]);
  });

  test("a file that is not there is found, and what cannot be counted then is said", async () => {
    const { pipeline, manifest } = await landed("gone");
    rmSync(dataFiles("gone")[0] ?? "");
    const report = await verify(pipeline, { deep: true });
    expect(failed(report)).toEqual(["files: file"]);
    expect(notChecked(report)).toContain("source: rows and columns");
    expect(failed(await verifyRun(pipeline, manifest, options()))).toContain("files: file");
  });

  test("a file that another stands in for is found by size or footer", async () => {
    const { pipeline } = await landed("stand_in");
    const [first = "", second = ""] = dataFiles("stand_in");
    writeFileSync(first, readFileSync(second));
    const report = await verify(pipeline);
    expect(failed(report)).toContain("files: size");
    expect(notChecked(report)).toContain("source: rows and columns");
  });

  test("a wrong statistic in the log is found by the footers", async () => {
    const { pipeline } = await landed("statistic");
    const log = join(land.lake, "raw/statistic/_delta_log/00000000000000000000.json");
    writeFileSync(log, readFileSync(log, "utf8").replace(/(minValues\\":\{\\"ID\\":)0/, "$11"));
    expect(failed(await verify(pipeline))).toEqual(["files: statistics", "files: bounds"]);
  });

  test("rows that a foreign commit took out are found by the source, and by the run", async () => {
    const { pipeline, manifest } = await landed("foreign");
    const log = join(land.lake, "raw/foreign/_delta_log");
    const first = readFileSync(join(log, "00000000000000000000.json"), "utf8").split("\n");
    const add = JSON.parse(first.find((line) => line.startsWith('{"add"')) ?? "{}").add;
    const { path, partitionValues, size } = add;
    const remove = { path, partitionValues, size, deletionTimestamp: 1, dataChange: true, extendedFileMetadata: true };
    const commitInfo = { operation: "DELETE", engineInfo: "someone" };
    const lines = [{ commitInfo }, { remove }].map((line) => `${JSON.stringify(line)}\n`);
    writeFileSync(join(log, "00000000000000000001.json"), lines.join(""));
    const report = await verify(pipeline);
    expect(failed(report)).toEqual(
      expect.arrayContaining(["source: rows", "recent: rows by cursor", "source: values"]),
    );
    const run = await verifyRun(pipeline, manifest, options());
    expect(failed(run)).toEqual(["run: files removed by other writers since"]);
    expect(shown(run)[0]?.actual).toBe("version 1 (DELETE by someone)");
  });
});

test("a manifest that was tampered with does not agree with source and log", async () => {
  const { pipeline, manifest } = await landed("tampered");
  const [result] = manifest.datasets;
  if (!result) throw new Error("no result");
  const counts = { ...result.counts, extracted: 39 };
  const run = await verifyRun(pipeline, { ...manifest, datasets: [{ ...result, counts }] }, options());
  expect(failed(run)).toEqual([
    "source: rows",
    "run: rows extracted = inserted + updated + skipped as older + quarantined",
  ]);
});

test("a run that is not known, or of another pipeline, is refused", async () => {
  const { pipeline, manifest } = await landed("known");
  await expect(verifyRun(pipeline, "20200101T000000000Z-00000000", options())).rejects.toMatchObject({
    code: "RUN_UNKNOWN",
  });
  await expect(verifyRun(pipeline, "../runs", options())).rejects.toMatchObject({ code: "RUN_UNKNOWN" });
  await expect(verifyRun(pipeline, { ...manifest, pipeline: "q" }, options())).rejects.toMatchObject({
    code: "RUN_UNKNOWN",
  });
});
