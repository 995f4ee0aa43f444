import { dataset, delta, incremental, integer, month, type Pipeline, table } from "@snowmelt/core/definition";
import { columnValues } from "@snowmelt/core/quality";
import { sourceTable } from "@snowmelt/core/types";
import { expect } from "vitest";
import { lakeRows } from "../lake-rows.ts";
import type { Landscape } from "../landscape.ts";

/** A source that is written to between runs, and its pipeline: an incremental dataset with a merge key and a quarantine. */
const ACCOUNTS = sourceTable({
  kind: "table",
  database: "AVIATION",
  schema: "PUBLIC",
  name: "ACCOUNTS",
  columns: [
    ["ID", "NUMBER(38,0) NOT NULL"],
    ["BALANCE", "NUMBER(18,2)"],
    ["OWNER", "VARCHAR(100)"],
    ["UPDATED_AT", "TIMESTAMP_NTZ(6)"],
  ],
});

const now = "CONVERT_TIMEZONE('UTC', CURRENT_TIMESTAMP())::TIMESTAMP_NTZ";

export async function createAccounts(land: Landscape, rows: number): Promise<void> {
  await land.sql(
    "CREATE OR REPLACE TABLE ACCOUNTS (ID NUMBER(38,0) NOT NULL, BALANCE NUMBER(18,2), OWNER VARCHAR(100), UPDATED_AT TIMESTAMP_NTZ(6))",
    `INSERT INTO ACCOUNTS SELECT SEQ4(), SEQ4() * 0.25, 'owner ' || SEQ4(), ${now} FROM TABLE(GENERATOR(ROWCOUNT => ${rows}))`,
  );
}

/** Updates every tenth account and adds some. */
export async function changeAccounts(land: Landscape, added = 50): Promise<void> {
  await land.sql(
    `UPDATE ACCOUNTS SET BALANCE = BALANCE + 1, UPDATED_AT = ${now} WHERE MOD(ID, 10) = 3`,
    `INSERT INTO ACCOUNTS SELECT (SELECT MAX(ID) + 1 FROM ACCOUNTS) + SEQ4(), 1, NULL, ${now} FROM TABLE(GENERATOR(ROWCOUNT => ${added}))`,
  );
}

export function accountsPipeline(land: Landscape): Pipeline {
  return land.pipeline({
    accounts: dataset({
      source: table(ACCOUNTS),
      key: ["ID"],
      sync: incremental({ cursor: "UPDATED_AT", lag: "0 seconds", zone: "UTC", deletes: "ignore" }),
      columns: { ID: integer() },
      extract: { batchRows: 10_000, parallel: 2 },
      land: delta({ partitionBy: [month("UPDATED_AT")] }),
      quality: [columnValues("BALANCE", ">=", 0, { onFail: "block" })],
    }),
  });
}

/** Every row of the source, once, and no other. */
export async function expectSourceInLake(land: Landscape): Promise<void> {
  const columns = ["ID", "BALANCE", "OWNER"];
  const source: (string | null)[][] = [];
  const pageRows = 50_000;
  for (;;) {
    const page = await land.rows(
      `SELECT TO_VARCHAR(ID), TO_VARCHAR(BALANCE), OWNER FROM ACCOUNTS WHERE ID >= ${source.length} ORDER BY ID LIMIT ${pageRows}`,
    );
    source.push(...page);
    if (page.length < pageRows) break;
  }
  const landed = await lakeRows(land.store, "raw/accounts", columns.map((name) => `${name}::VARCHAR`).join(", "), "ID");
  expect(landed.length).toBe(source.length);
  expect(landed).toEqual(source);
}
