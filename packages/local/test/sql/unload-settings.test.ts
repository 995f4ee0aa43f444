import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, it, type TestContext } from "vitest";
import { UnloadFormat } from "../../src/sql/unload/unload-format.ts";
import { filesBelow, parquetTypes, readParquet } from "./staged-files.ts";
import { openTestEngine } from "./test-engine.ts";

async function open({ onTestFinished }: Pick<TestContext, "onTestFinished">, unload: Partial<UnloadFormat>) {
  const folder = await mkdtemp(path.join(tmpdir(), "snowmelt-settings-"));
  const test = await openTestEngine({ unload: UnloadFormat.parse(unload) });
  onTestFinished(async () => {
    await test[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });
  await test.run(`CREATE STAGE FILES URL = 'file://${folder}/'`);
  const copy = async (query: string, partitionBy = "") =>
    (
      await test.rows(`COPY INTO @FILES/a/b/ FROM (${query}) ${partitionBy} FILE_FORMAT = (TYPE = PARQUET)
        HEADER = TRUE DETAILED_OUTPUT = TRUE INCLUDE_QUERY_ID = TRUE`)
    ).map(([name]) => name);
  return { folder, copy };
}

it.for([
  ["location", ""],
  ["stage", "a/b/"],
  ["url", "file://FOLDER/a/b/"],
] as const)("FILE_NAME can be relative to the %s", async ([fileNames, prefix], context) => {
  const { folder, copy } = await open(context, { fileNames });
  const [name] = await copy("SELECT 1 AS A");
  expect(name).toBe(`${prefix.replace("FOLDER", folder)}${path.basename((await filesBelow(folder))[0] ?? "")}`);
});

it.for([
  ["MILLIS", "2026-01-02 03:04:05.123", "MILLIS"],
  ["MICROS", "2026-01-02 03:04:05.123456", "MICROS"],
  ["NANOS", "2026-01-02 03:04:05.123456789", "NANOS"],
] as const)("timestamps can be in %s", async ([timestampUnit, text, unit], context) => {
  const { folder, copy } = await open(context, { timestampUnit });
  await copy(
    "SELECT '2026-01-02 03:04:05.123456789'::TIMESTAMP_NTZ AS A, '1960-01-01 00:00:00.999999999'::TIMESTAMP_NTZ AS B",
  );
  const file = path.join(folder, (await filesBelow(folder))[0] ?? "");
  expect((await parquetTypes(file)).A).toMatch(new RegExp(`isAdjustedToUTC=0.*${unit}=\\w+Seconds`));
  const [row] = await readParquet(`SELECT "A"::VARCHAR, "B"::VARCHAR FROM '${file}'`);
  expect(row).toEqual([text, `1960-01-01 00:00:00.${text.split(".")[1]?.replace(/\d/g, "9")}`]);
});

it("timestamps can be marked as UTC, exact at both ends of time", async (context) => {
  const { folder, copy } = await open(context, { timestampIsUtc: true });
  await copy(
    "SELECT '0001-01-01 00:00:00.000001'::TIMESTAMP_NTZ AS A, '9999-12-31 23:59:59.999999999'::TIMESTAMP_NTZ AS B",
  );
  const file = path.join(folder, (await filesBelow(folder))[0] ?? "");
  expect((await parquetTypes(file)).A).toMatch(/isAdjustedToUTC=1.*MICROS=\w+Seconds/);
  const wall = (column: string) => `("${column}" AT TIME ZONE 'UTC')::VARCHAR`;
  const [row] = await readParquet(`SELECT ${wall("A")}, ${wall("B")} FROM '${file}'`);
  expect(row).toEqual(["0001-01-01 00:00:00.000001", "9999-12-31 23:59:59.999999"]);
});

it("refuses to mark other units as UTC", () => {
  expect(() => UnloadFormat.parse({ timestampUnit: "MILLIS", timestampIsUtc: true })).toThrow(/MICROS/);
});

it("shares rows out to as many writers as it is told", async (context) => {
  const { copy } = await open(context, { threads: 6, rowsPerThread: 10 });
  expect(await copy("SELECT SEQ8() AS A FROM TABLE(GENERATOR(ROWCOUNT => 100))")).toHaveLength(6);
  expect(await copy("SELECT SEQ8() AS A FROM TABLE(GENERATOR(ROWCOUNT => 15))")).toHaveLength(2);
});

it("NULL can be called otherwise in a path", async (context) => {
  const { copy } = await open(context, { nullFolder: "_NULL_" });
  const [name] = await copy("SELECT 1 AS A, NULL::VARCHAR AS P", "PARTITION BY (P)");
  expect(name).toMatch(/^_NULL_\/data_/);
});
