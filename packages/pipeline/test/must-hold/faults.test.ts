import { join } from "node:path";
import { type DatasetInput, delta, full, query, table } from "@snowmelt/core/definition";
import { type SourceColumn, sourceTable } from "@snowmelt/core/types";
import type { FaultInput } from "@snowmelt/local";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { DatasetResult } from "../../src/index.ts";
import { lakeRows } from "../lake-rows.ts";
import { type Landscape, openLandscape } from "../landscape.ts";
import { runCommand } from "./command-line.ts";
import { filesBelow } from "./folder.ts";
import { createPeople, expectPeopleInLake, now, peopleColumns, peopleDataset, peoplePipeline } from "./people.ts";

const rows = 2000;
let land: Landscape;
let tables = 0;
beforeAll(async () => {
  land = await openLandscape({ results: { inlineRows: 10, firstChunkBytes: 10_000, maxChunkBytes: 20_000 } });
});
afterEach(() => land.server.admin.clearFaults());
afterAll(() => land[Symbol.asyncDispose]());

async function newTable(): Promise<string> {
  tables++;
  await createPeople(land, `FAULTY_${tables}`, rows);
  return `FAULTY_${tables}`;
}

/** Runs while something goes wrong, and says how the dataset ended and how often it went wrong. */
async function runWith(
  name: string,
  fault: FaultInput,
  more: Partial<DatasetInput> = {},
): Promise<{ result: DatasetResult; struck: number }> {
  await land.server.admin.setFaults([fault]);
  const { datasets } = await land.run(
    peoplePipeline(land, name, { extract: { batchRows: 500, stallTimeout: "3 seconds" }, ...more }),
  );
  const struck = (await land.server.admin.listFaults()).reduce((sum, entry) => sum + entry.struck, 0);
  await land.server.admin.clearFaults();
  const [result] = datasets;
  if (!result || datasets.length !== 1) throw new Error("one dataset was to run");
  return { result, struck };
}

/** Each strikes once, at the place named, and the run goes on as if it had not. */
const passing: readonly FaultInput[] = [
  { kind: "chunkExpired", chunk: 1 },
  { kind: "chunkStatus", status: 503, chunk: 2 },
  { kind: "chunkReset", chunk: 1 },
  { kind: "chunkEmpty", chunk: 2 },
  { kind: "chunkRowMissing", chunk: 0 },
  { kind: "chunkTruncated", chunk: 1 },
  { kind: "chunkStalled", chunk: 1 },
  { kind: "chunkSlow", chunk: 1, bytesPerSecond: 20_000 },
  { kind: "sessionExpired", skip: 2 },
  { kind: "sessionExpired", skip: 9 },
  { kind: "requestStatus", on: "query", status: 503, skip: 2 },
  { kind: "requestStatus", on: "result", status: 503, skip: 1 },
  { kind: "requestReset", on: "result" },
  { kind: "requestReset", on: "query", skip: 4 },
  { kind: "replyLost", on: "query", skip: 3 },
  { kind: "requestStatus", on: "monitoring", status: 503 },
  { kind: "requestSlow", on: "result", latencyMs: 500 },
  { kind: "queryStatus", status: "QUEUED" },
  { kind: "statementSlow", latencyMs: 1000, skip: 5 },
];

describe("what goes wrong once", () => {
  test.each(passing)(
    "is overcome, and every row is there once: %j",
    async (fault) => {
      const name = await newTable();
      const { result, struck } = await runWith(name, { times: 1, ...fault });
      expect(result.failure).toBeNull();
      expect(struck, "how often it struck").toBe(1);
      expect(result.counts).toMatchObject({ extracted: rows, inserted: rows });
      await expectPeopleInLake(land, name);
    },
    120_000,
  );
});

/** Each strikes always; with what the run then fails. */
const lasting: readonly { readonly fault: FaultInput; readonly code: string; readonly category: string }[] = [
  { fault: { kind: "chunkRowMissing", chunk: 1 }, code: "RESULT_INCOMPLETE", category: "data" },
  { fault: { kind: "chunkStatus", status: 404, chunk: 1 }, code: "RESULT_UNREADABLE", category: "source" },
  { fault: { kind: "chunkExpired" }, code: "RESULT_UNREADABLE", category: "source" },
  { fault: { kind: "chunkStalled", chunk: 1 }, code: "RESULT_STALLED", category: "source" },
  { fault: { kind: "statementFails", skip: 3 }, code: "STATEMENT_FAILED", category: "source" },
];

describe("what goes wrong for good", () => {
  test.each(lasting)(
    "fails the run with $code, leaves no trace, and a later run lands every row: $fault.kind",
    async ({ fault, code, category }) => {
      const name = await newTable();
      const { result, struck } = await runWith(name, { ...fault, times: "always" });
      expect(result).toMatchObject({ outcome: "failed", deltaVersion: null, failure: { code, category } });
      expect(struck).toBeGreaterThan(0);
      expect(await filesBelow(join(land.lake, "raw", name.toLowerCase()))).toEqual([]);
      const { datasets } = await land.run(peoplePipeline(land, name));
      expect(datasets.map(({ failure }) => failure)).toEqual([null]);
      await expectPeopleInLake(land, name);
    },
    240_000,
  );

  test("leaves a table that is there as it was, and the command does not end with 0", async () => {
    const name = await newTable();
    await land.run(peoplePipeline(land, name));
    await land.sql(`UPDATE ${name} SET AGE = AGE + 1, UPDATED_AT = ${now}`);
    await land.server.admin.setFaults([{ kind: "chunkRowMissing", times: "always" }]);
    const before = await filesBelow(land.lake);
    const ended = await runCommand(land, peoplePipeline(land, name));
    expect(ended).toMatchObject({ code: 5, err: expect.stringContaining("RESULT_INCOMPLETE") });
    expect(await filesBelow(land.lake)).toEqual(before);
    await land.server.admin.clearFaults();
    expect((await runCommand(land, peoplePipeline(land, name))).code).toBe(0);
    await expectPeopleInLake(land, name);
  }, 240_000);
});

describe("a chunk that several ranges read", () => {
  const kinds = ["chunkRowMissing", "chunkRowDuplicated"] as const;
  const cases = kinds.flatMap((kind) =>
    [1, 2, 3].flatMap((skip) => (["rows", "full"] as const).map((verify) => ({ kind, skip, verify }))),
  );
  test.each(cases)(
    "is read again when a row of it is missing or twice, though no key tells: $kind in download $skip, verify: $verify",
    async ({ kind, skip, verify }) => {
      const name = await newTable();
      const { key: _, ...keyless } = {
        ...peopleDataset(name),
        sync: full(),
        verify,
        extract: { batchRows: 50, parallel: 8 },
      };
      const pipeline = land.pipeline({ [name.toLowerCase()]: keyless });
      await land.server.admin.setFaults([{ kind, chunk: 0, skip, times: 1 }]);
      const { datasets } = await land.run(pipeline);
      expect((await land.server.admin.listFaults()).map(({ struck }) => struck)).toEqual([1]);
      expect(datasets.map(({ failure }) => failure)).toEqual([null]);
      await expectPeopleInLake(land, name);
    },
  );
});

describe("a chunk that one range reads whole", () => {
  const columns: SourceColumn[] = [
    ["CODE", "VARCHAR(8)"],
    ["SEEN_AT", "TIMESTAMP_NTZ(6)"],
    ["OK", "BOOLEAN"],
  ];
  // Texts of one length, moments between the least and the greatest, one truth: nothing but the rows themselves tells.
  const values = "LPAD(SEQ4()::VARCHAR, 8, '0'), DATEADD(second, SEQ4(), '2024-01-01'::TIMESTAMP_NTZ), TRUE";

  test.each([{ times: 1 }, { times: "always" }] as const)(
    "does not land with a row twice in the place of another, and is read anew by the next run (times: $times)",
    async ({ times }) => {
      const name = `CODES_${tables++}`;
      await land.sql(
        `CREATE TABLE ${name} (CODE VARCHAR(8), SEEN_AT TIMESTAMP_NTZ(6), OK BOOLEAN)`,
        `INSERT INTO ${name} SELECT ${values} FROM TABLE(GENERATOR(ROWCOUNT => 5000))`,
      );
      const source = table(sourceTable({ kind: "table", database: "AVIATION", schema: "PUBLIC", name, columns }));
      const pipeline = land.pipeline({ [name.toLowerCase()]: { source, sync: full(), land: delta() } });
      await land.server.admin.setFaults([{ kind: "chunkRowDuplicated", chunk: 3, times }]);
      const [result] = (await land.run(pipeline)).datasets;
      expect(result?.failure).toMatchObject({
        code: "VERIFICATION_FAILED",
        message: expect.stringContaining("digest of the result's rows = of the rows that came: expected 5000 rows, "),
      });
      await land.server.admin.clearFaults();
      expect((await land.run(pipeline)).datasets.map(({ outcome }) => outcome)).toEqual(["committed"]);
      expect(await lakeRows(land.lake, `raw/${name.toLowerCase()}`, "COUNT(*), COUNT(DISTINCT CODE)", "1")).toEqual([
        ["5000", "5000"],
      ]);
    },
  );
});

describe("a chunk that several ranges read, where neighbouring rows are equal", () => {
  const value = "IFF(MOD(SEQ4(), 50) IN (0, 1), 'same', 'value number ' || SEQ4())";
  const runOf40 = "IFF(MOD(SEQ4(), 50) < 40, 'same', 'value number ' || SEQ4())";
  const kinds = ["chunkRowMissing", "chunkRowDuplicated"] as const;
  const cases = kinds.flatMap((kind) => [
    ...[2, 4, 6].flatMap((skip) => [
      { kind, skip, source: "table", verify: "rows" as const, expression: value },
      { kind, skip, source: "query", verify: "counts" as const, expression: value },
    ]),
    // More of these rows are in a chunk, and so more ranges read it.
    ...[10, 12, 14].map((skip) => ({
      kind,
      skip,
      source: "table",
      verify: "counts" as const,
      expression: runOf40,
    })),
  ]);
  test.each(cases)(
    "is read again all the same: $kind in download $skip of a $source, verify: $verify, $expression",
    async ({ kind, skip, source, verify, expression }) => {
      tables++;
      const name = `EQUAL_${tables}`;
      await land.sql(
        `CREATE TABLE AVIATION.PUBLIC.${name} AS SELECT ${expression} AS V FROM TABLE(GENERATOR(ROWCOUNT => ${rows}))`,
      );
      const columns: SourceColumn[] = [["V", "VARCHAR"]];
      const rest = { sync: full(), land: delta(), verify, extract: { batchRows: 50, parallel: 8 } };
      const keyless =
        source === "table"
          ? {
              ...rest,
              source: table(sourceTable({ kind: "table", database: "AVIATION", schema: "PUBLIC", name, columns })),
            }
          : { ...rest, source: query({ name, sql: `SELECT V FROM AVIATION.PUBLIC.${name}`, columns }) };
      await land.server.admin.setFaults([{ kind, chunk: 0, skip, times: 1 }]);
      const { datasets } = await land.run(land.pipeline({ [name.toLowerCase()]: keyless }));
      expect((await land.server.admin.listFaults()).map(({ struck }) => struck)).toEqual([1]);
      expect(datasets.map(({ failure }) => failure)).toEqual([null]);
      const landed = await lakeRows(land.lake, `raw/${name.toLowerCase()}`, "V", "V");
      expect(landed).toEqual(await land.rows(`SELECT V FROM AVIATION.PUBLIC.${name} ORDER BY V`));
    },
  );
});

describe("a query", () => {
  test("is held against its stored result, value by value, as it cannot be read again as of its moment", async () => {
    const name = await newTable();
    const { key: _, ...keyless } = {
      ...peopleDataset(name),
      source: query({ name, sql: `SELECT * FROM AVIATION.PUBLIC.${name}`, columns: peopleColumns }),
      sync: full(),
      verify: "full" as const,
    };
    const { datasets } = await land.run(land.pipeline({ [name.toLowerCase()]: keyless }));
    const checks = new Map(datasets[0]?.checks.map((check) => [check.name, check]));
    expect(datasets[0]?.failure).toBeNull();
    const sum = String((rows * (rows - 1)) / 2);
    expect(checks.get("ID: sum at the source = of the rows that arrived")).toMatchObject({
      expected: sum,
      actual: sum,
    });
    expect(checks.has("NAME: length at the source = of the rows that arrived")).toBe(true);
    expect(checks.has("UPDATED_AT: max at the source = of the rows that arrived")).toBe(true);
    await expectPeopleInLake(land, name);
  });
});

describe("sessions that are gone", () => {
  test.each(["masterExpired", "sessionGone"] as const)(
    "%s: the run ends with the truth, and another lands every row",
    async (kind) => {
      const name = await newTable();
      const { result } = await runWith(name, { kind, skip: 8, times: 1 });
      if (result.outcome === "failed") {
        expect(result.failure).toMatchObject({ category: "source", retryable: true });
        expect(await filesBelow(join(land.lake, "raw", name.toLowerCase()))).toEqual([]);
        const { datasets } = await land.run(peoplePipeline(land, name));
        expect(datasets.map(({ failure }) => failure)).toEqual([null]);
      }
      await expectPeopleInLake(land, name);
    },
    120_000,
  );
});
