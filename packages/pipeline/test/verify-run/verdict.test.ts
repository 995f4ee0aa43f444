import { dataset, delta, full, incremental, integer, table } from "@snowmelt/core/definition";
import { isComplete } from "@snowmelt/core/quality";
import { type SourceColumn, sourceTable } from "@snowmelt/core/types";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Verification, verifyTables } from "../../src/index.ts";
import { type Landscape, openLandscape } from "../landscape.ts";

let land: Landscape;
beforeAll(async () => {
  land = await openLandscape();
});
afterAll(() => land[Symbol.asyncDispose]());

const columns: readonly SourceColumn[] = [
  ["ID", "NUMBER(38,0) NOT NULL"],
  ["V", "NUMBER(18,2)"],
  ["O", "VARCHAR(100)"],
  ["UPDATED_AT", "TIMESTAMP_NTZ(6)"],
];
const now = "CONVERT_TIMEZONE('UTC', CURRENT_TIMESTAMP())::TIMESTAMP_NTZ";

/** A followed table of 20 rows that was landed; `bad` of them without the O that the rule asks for. */
async function landed(
  name: string,
  { bad = 0, rules = true, sync }: { bad?: number; rules?: boolean; sync?: ReturnType<typeof full> } = {},
) {
  await land.sql(
    `CREATE TABLE ${name} (${columns.map((column) => column.join(" ")).join(", ")})`,
    `INSERT INTO ${name} SELECT SEQ4(), SEQ4() * 1.25, IFF(SEQ4() < ${bad}, NULL, 'o'), DATEADD('minute', -SEQ4() - 1, ${now}) FROM TABLE(GENERATOR(ROWCOUNT => 20))`,
    `INSERT INTO ${name} SELECT 20, 1, 'o', ${now}`,
  );
  const pipeline = land.pipeline({
    [name.toLowerCase()]: dataset({
      source: table(sourceTable({ kind: "table", database: "AVIATION", schema: "PUBLIC", name, columns })),
      key: ["ID"],
      sync: sync ?? incremental({ cursor: "UPDATED_AT", lag: "0 seconds", zone: "UTC", deletes: "ignore" }),
      columns: { ID: integer() },
      land: delta(),
      verify: "full",
      quality: rules ? [isComplete("O", { onFail: "quarantine" })] : [],
    }),
  });
  expect((await land.run(pipeline)).status).toBe("succeeded");
  const verify = (deep = false): Promise<Verification> =>
    verifyTables(pipeline, { environment: "local", secrets: land.secrets, deep });
  return { pipeline, verify };
}

const checksOf = (report: Verification, outcome: string): string[] => [
  ...new Set(
    report.tables.flatMap(({ checks }) =>
      checks.flatMap((check) => (check.outcome === outcome ? [`${check.rung}: ${check.name}`] : [])),
    ),
  ),
];

test("a newer row at the source excuses no value that is wrong before it", async () => {
  const { verify } = await landed("WRONG_VALUE", { rules: false });
  await land.sql(
    "UPDATE WRONG_VALUE SET V = V + 1 WHERE ID = 3",
    `INSERT INTO WRONG_VALUE SELECT 100, 1, 'o', DATEADD('second', 1, ${now})`,
  );
  const report = await verify(true);
  expect(report).toMatchObject({ passed: false, verdict: "differs" });
  expect(checksOf(report, "failed")).toEqual(["source: sum", "digest: rows"]);
});

test("rows that wait for the next run, updates among them, are held against the moment of the last landing", async () => {
  const { verify } = await landed("WAITING", { rules: false });
  await land.sql(`UPDATE WAITING SET V = 0, UPDATED_AT = DATEADD('second', 1, ${now}) WHERE ID < 5`);
  const report = await verify(true);
  expect(checksOf(report, "failed")).toEqual([]);
  expect(report).toMatchObject({ passed: true, verdict: "agrees" });
  expect(report.tables[0]?.checks).toContainEqual(
    expect.objectContaining({ rung: "source", name: "rows", outcome: "passed", expected: "21", actual: "21" }),
  );
});

test("a late row is found though updates wait for the next run", async () => {
  const { verify } = await landed("LATE_BEHIND", { rules: false });
  await land.sql(
    `UPDATE LATE_BEHIND SET V = 0, UPDATED_AT = DATEADD('second', 1, ${now}) WHERE ID = 5`,
    `INSERT INTO LATE_BEHIND SELECT 101, 1, 'o', DATEADD('day', -2, ${now})`,
  );
  const report = await verify();
  expect(checksOf(report, "failed")).toEqual(["recent: rows by cursor"]);
  expect(report).toMatchObject({ passed: false, verdict: "differs" });
});

test("the source is the table and its quarantine, in rows and in every value", async () => {
  const { verify } = await landed("ASIDE", { bad: 2 });
  for (const report of [await verify(), await verify(true)]) {
    expect(checksOf(report, "failed")).toEqual([]);
    expect(checksOf(report, "notProven")).toEqual([]);
    expect(report.tables[0]?.checks).toContainEqual(
      expect.objectContaining({ rung: "source", name: "rows", outcome: "passed", expected: "21", actual: "21" }),
    );
    expect(report).toMatchObject({ passed: true, verdict: "agrees" });
  }
  await land.sql("UPDATE ASIDE SET V = V + 100 WHERE ID = 1");
  expect(checksOf(await verify(), "failed"), "a greatest that neither has").toEqual(["source: greatest"]);
  expect(checksOf(await verify(true), "failed")).toEqual(["source: greatest", "source: sum", "digest: rows"]);
});

test("of a table that is read in full the rows in quarantine are those of its last landing, with their values", async () => {
  const { verify, pipeline } = await landed("ASIDE_FULL", { bad: 3, sync: full() });
  expect(await verify(true)).toMatchObject({ passed: true, verdict: "agrees" });
  await land.sql("UPDATE ASIDE_FULL SET O = 'mended' WHERE ID = 0", "UPDATE ASIDE_FULL SET V = 7 WHERE ID = 1");
  expect((await land.run(pipeline)).status).toBe("succeeded");
  const report = await verify(true);
  expect(checksOf(report, "failed")).toEqual([]);
  expect(report).toMatchObject({ passed: true, verdict: "agrees" });
});

test("rows that were in quarantine once and are mended excuse no row that is lost", async () => {
  const { pipeline, verify } = await landed("MENDED", { bad: 2 });
  await land.sql(`UPDATE MENDED SET O = 'mended', UPDATED_AT = ${now} WHERE O IS NULL`);
  expect((await land.run(pipeline)).status).toBe("succeeded");
  expect(await verify(true)).toMatchObject({ passed: true, verdict: "agrees" });
  await land.sql(`INSERT INTO MENDED SELECT 102, 1, 'o', DATEADD('hour', -3, ${now})`);
  const report = await verify(true);
  expect(report).toMatchObject({ passed: false, verdict: "differs" });
  expect(checksOf(report, "failed")).toEqual(
    expect.arrayContaining(["source: rows", "recent: rows by cursor", "source: values", "digest: rows"]),
  );
});

test("a row that was landed and is in quarantine since makes up for itself, and for no row that is lost", async () => {
  const { pipeline, verify } = await landed("TURNED_BAD");
  await land.sql(`UPDATE TURNED_BAD SET O = NULL, UPDATED_AT = ${now} WHERE ID = 4`);
  expect((await land.run(pipeline)).status).toBe("succeeded");
  const before = await verify();
  expect(checksOf(before, "failed")).toEqual([]);
  expect(before.tables[0]?.checks).toContainEqual(
    expect.objectContaining({ rung: "source", name: "rows", outcome: "passed", expected: "21", actual: "21" }),
  );
  const deep = await verify(true);
  expect(checksOf(deep, "failed")).toEqual([]);
  expect(deep, "its older version in the table is not the source's").toMatchObject({ passed: true, verdict: "agrees" });
  await land.sql(`INSERT INTO TURNED_BAD SELECT 103, 1, 'o', DATEADD('day', -1, ${now})`);
  const after = await verify();
  expect(after).toMatchObject({ passed: false, verdict: "differs" });
  expect(checksOf(after, "failed")).toEqual(["source: rows", "recent: rows by cursor"]);
});

test("a table that was never landed by this pipeline is not held against its source, and so does not agree", async () => {
  const { pipeline } = await landed("STRANGER", { rules: false });
  const other = { ...pipeline, name: "another" };
  const report = await verifyTables(other, { environment: "local", secrets: land.secrets });
  expect(report).toMatchObject({ passed: false, verdict: "notProven" });
  expect(checksOf(report, "failed")).toEqual([]);
  expect(checksOf(report, "notChecked")).toContain("source: rows and columns");
});
