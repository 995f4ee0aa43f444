import { delta, full, query } from "@snowmelt/core/definition";
import type { SourceColumn } from "@snowmelt/core/types";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { DatasetResult } from "../../src/index.ts";
import { lakeRows } from "../lake-rows.ts";
import { type Landscape, openLandscape } from "../landscape.ts";
import { createPeople, now, peoplePipeline } from "./people.ts";

let land: Landscape;
beforeAll(async () => {
  land = await openLandscape();
});
afterAll(() => land[Symbol.asyncDispose]());

type Policy = "evolve" | "freeze" | "fail";

async function run(name: string, onSchemaChange: Policy): Promise<DatasetResult> {
  const { datasets } = await land.run(peoplePipeline(land, name, { onSchemaChange }));
  const [only] = datasets;
  if (!only || datasets.length !== 1) throw new Error("one result was expected");
  return only;
}

const touch = (name: string, id: number): Promise<void> =>
  land.sql(`UPDATE ${name} SET AGE = AGE + 100, UPDATED_AT = ${now} WHERE ID = ${id}`);
const told = ({ notices }: DatasetResult) =>
  notices.filter(({ code }) => code === "SCHEMA_CHANGED").map(({ message }) => message);

describe("a column that the source has gained", () => {
  test("evolve: it is in the table, NULL in rows that had landed, and its DEFAULT is warned of", async () => {
    await createPeople(land, "GAINED", 3);
    await run("GAINED", "evolve");
    await land.sql("ALTER TABLE GAINED ADD COLUMN CITY VARCHAR(50) DEFAULT 'nowhere'");
    await touch("GAINED", 1);
    const result = await run("GAINED", "evolve");
    expect(result).toMatchObject({ outcome: "committed", failure: null, counts: { updated: 1, rowsAfter: 3 } });
    expect(told(result)).toEqual([expect.stringMatching(/column CITY VARCHAR\(50\) was added.*NULL.*DEFAULT/)]);
    expect(await columns("raw/gained")).toEqual([
      ["0", "0", null],
      ["1", "101", "nowhere"],
      ["2", "2", null],
    ]);
    await land.sql(`INSERT INTO GAINED VALUES (9, 'new', 9, ${now}, 'Bern')`);
    expect((await run("GAINED", "evolve")).counts).toMatchObject({ inserted: 1, rowsAfter: 4 });
    expect((await columns("raw/gained")).at(-1)).toEqual(["9", "9", "Bern"]);
  });

  test("freeze: it does not land, and the run says so", async () => {
    await createPeople(land, "FROZEN", 3);
    await run("FROZEN", "freeze");
    await land.sql("ALTER TABLE FROZEN ADD COLUMN CITY VARCHAR(50)");
    await touch("FROZEN", 1);
    const result = await run("FROZEN", "freeze");
    expect(result).toMatchObject({ outcome: "committed", counts: { updated: 1 } });
    expect(told(result)).toEqual([expect.stringMatching(/CITY.*frozen/)]);
    await expect(columns("raw/frozen")).rejects.toThrow(/CITY/);
  });

  test("fail: nothing lands until the schema is committed anew", async () => {
    await createPeople(land, "FAILED", 3);
    await run("FAILED", "fail");
    await land.sql("ALTER TABLE FAILED ADD COLUMN CITY VARCHAR(50)");
    await touch("FAILED", 1);
    const result = await run("FAILED", "fail");
    expect(result.failure).toMatchObject({ code: "SCHEMA_MISMATCH", category: "data" });
    expect(result.failure?.message).toMatch(/CITY.*typegen/);
    expect(await lakeRows(land.lake, "raw/failed", "MAX(AGE)", "1")).toEqual([["2"]]);
  });
});

describe("a column that the source has lost", () => {
  test("evolve: it stays, with what had landed, and is NULL from then on", async () => {
    await createPeople(land, "LOST", 3);
    await run("LOST", "evolve");
    await land.sql("ALTER TABLE LOST DROP COLUMN NAME");
    await touch("LOST", 1);
    const result = await run("LOST", "evolve");
    expect(result).toMatchObject({ outcome: "committed", failure: null, counts: { updated: 1, rowsAfter: 3 } });
    expect(told(result)).toEqual([expect.stringMatching(/column NAME VARCHAR\(100\) was dropped.*NULL/)]);
    expect(await lakeRows(land.lake, "raw/lost", "ID, NAME, AGE", "ID")).toEqual([
      ["0", "person 0", "0"],
      ["1", null, "101"],
      ["2", "person 2", "2"],
    ]);
  });

  test.each(["freeze", "fail"] as const)("%s: nothing lands, and the column is named", async (policy) => {
    const name = `LOST_${policy.toUpperCase()}`;
    await createPeople(land, name, 3);
    await run(name, policy);
    await land.sql(`ALTER TABLE ${name} DROP COLUMN NAME`);
    await touch(name, 1);
    const result = await run(name, policy);
    expect(result.failure).toMatchObject({ code: "SCHEMA_MISMATCH", category: "data" });
    expect(result.failure?.message).toContain("column NAME VARCHAR(100) was dropped");
    expect(await lakeRows(land.lake, `raw/${name.toLowerCase()}`, "MAX(AGE)", "1")).toEqual([["2"]]);
  });

  test("evolve: one that the definition needs is an error", async () => {
    await createPeople(land, "BEHEADED", 3);
    await run("BEHEADED", "evolve");
    await land.sql("ALTER TABLE BEHEADED DROP COLUMN UPDATED_AT");
    const result = await run("BEHEADED", "evolve");
    expect(result.failure).toMatchObject({ code: "SCHEMA_MISMATCH" });
    expect(result.failure?.message).toMatch(/UPDATED_AT.*cursor/);
  });
});

test("columns in another order land as before", async () => {
  await createPeople(land, "SHUFFLED", 3);
  await run("SHUFFLED", "evolve");
  await land.sql(
    "CREATE OR REPLACE TABLE SHUFFLED (UPDATED_AT TIMESTAMP_NTZ(6), AGE NUMBER(5,0), ID NUMBER(10,0), NAME VARCHAR(100))",
    `INSERT INTO SHUFFLED VALUES (${now}, 50, 1, 'moved')`,
  );
  expect(await run("SHUFFLED", "evolve")).toMatchObject({ outcome: "committed", counts: { updated: 1 } });
  expect(await lakeRows(land.lake, "raw/shuffled", "ID, NAME, AGE", "ID")).toEqual([
    ["0", "person 0", "0"],
    ["1", "moved", "50"],
    ["2", "person 2", "2"],
  ]);
});

/** Files of before the change lack the column: their rows read as NULL, as Delta's readers have it. */
const columns = (path: string) => lakeRows(land.lake, path, "ID, AGE, CITY", "ID");

describe("a query, which tells no lengths and little of NULL", () => {
  const columns: SourceColumn[] = [
    ["ID", "NUMBER(10,0) NOT NULL"],
    ["NAME", "VARCHAR(100)"],
  ];
  const runQuery = async (sql: string, onSchemaChange: Policy): Promise<DatasetResult | undefined> => {
    const source = query({ name: "asked", sql, columns });
    const { datasets } = await land.run(
      land.pipeline({ asked: { source, sync: full(), land: delta(), onSchemaChange } }),
    );
    return datasets[0];
  };

  test.each(["freeze", "fail"] as const)("%s: lands by its committed columns", async (policy) => {
    await createPeople(land, "ASKED", 3);
    const result = await runQuery("SELECT ID, NAME FROM ASKED", policy);
    expect(result).toMatchObject({ failure: null, counts: { rowsAfter: 3 } });
  });

  test("is refused when NULL comes where none was committed, or another type, with what to do", async () => {
    await createPeople(land, "ASKED", 3);
    const nulls = await runQuery("SELECT NULLIF(ID, 1)::NUMBER(10,0) AS ID, NAME FROM ASKED", "fail");
    expect(nulls?.failure?.category).toBe("data");
    expect(nulls?.failure?.message).toMatch(/"?ID"?.*NULL|NULL.*ID/);
    const wider = await runQuery("SELECT ID::NUMBER(12,0) AS ID, NAME FROM ASKED", "fail");
    expect(wider?.failure).toMatchObject({ code: "SCHEMA_MISMATCH" });
    expect(wider?.failure?.message).toMatch(
      /ID was NUMBER\(10,0\), is NUMBER\(12,0\).*change the columns of its query/,
    );
    expect(wider?.failure?.message).not.toContain("typegen");
  });
});
