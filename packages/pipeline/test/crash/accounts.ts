import { dataset, delta, incremental, integer, month, type Pipeline, table } from "@snowmelt/core/definition";
import { columnValues, isComplete } from "@snowmelt/core/quality";
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
    `INSERT INTO ACCOUNTS SELECT SEQ4(), SEQ4() * 0.25, IFF(MOD(SEQ4(), 100) = 7, NULL, 'owner ' || SEQ4()), ${now} FROM TABLE(GENERATOR(ROWCOUNT => ${rows}))`,
  );
}

/** Updates every tenth account and adds some, a few of them without an owner, which go to the quarantine. */
export async function changeAccounts(land: Landscape, added = 50, refused = 5): Promise<void> {
  const nextId = "(SELECT MAX(ID) + 1 FROM ACCOUNTS) + SEQ4()";
  await land.sql(
    `UPDATE ACCOUNTS SET BALANCE = BALANCE + 1, UPDATED_AT = ${now} WHERE MOD(ID, 10) = 3`,
    `INSERT INTO ACCOUNTS SELECT ${nextId}, 1, 'new', ${now} FROM TABLE(GENERATOR(ROWCOUNT => ${added}))`,
    `INSERT INTO ACCOUNTS SELECT ${nextId}, 1, NULL, ${now} FROM TABLE(GENERATOR(ROWCOUNT => ${refused}))`,
  );
}

/** Gives half of the accounts that were refused an owner. */
export async function mendAccounts(land: Landscape): Promise<void> {
  await land.sql(`UPDATE ACCOUNTS SET OWNER = 'found', UPDATED_AT = ${now} WHERE OWNER IS NULL AND MOD(ID, 200) = 7`);
}

/** Without a quarantine every row goes to the table, and the accounts may be unloaded. */
export interface AccountsOptions {
  /** @default true */
  readonly quarantines?: boolean;
  /** @default "auto" */
  readonly route?: "auto" | "stream" | "unload";
  /** Small ones make several files. @default the product's */
  readonly maxFileBytes?: number;
}

export function accountsPipeline(
  land: Landscape,
  { quarantines = true, route = "auto", maxFileBytes }: AccountsOptions = {},
): Pipeline {
  return land.pipeline({
    accounts: dataset({
      source: table(ACCOUNTS),
      key: ["ID"],
      sync: incremental({ cursor: "UPDATED_AT", lag: "0 seconds", zone: "UTC", deletes: "ignore" }),
      columns: { ID: integer() },
      extract: { batchRows: 10_000, parallel: 2, route, ...(maxFileBytes === undefined ? {} : { maxFileBytes }) },
      land: delta({ partitionBy: [month("UPDATED_AT")] }),
      quality: [
        columnValues("BALANCE", ">=", 0, { onFail: "block" }),
        ...(quarantines ? [isComplete("OWNER", { onFail: "quarantine" })] : []),
      ],
    }),
  });
}

/**
 * Every row of the source, once, in the table or, where it was refused, in the quarantine; and no other. A row that was refused,
 * changed and refused again is there with each of its values, once.
 */
export async function expectSourceInLake(land: Landscape, { quarantines = true }: AccountsOptions = {}): Promise<void> {
  if (!quarantines) {
    expect(await accountsInLake(land, "raw/accounts")).toEqual(await accountsAtSource(land, "TRUE"));
    return;
  }
  expect(await accountsInLake(land, "raw/accounts")).toEqual(await accountsAtSource(land, "OWNER IS NOT NULL"));
  const refused = await accountsInLake(land, "quarantine/accounts");
  expect(new Set(refused.map(([id, , , updatedAt]) => `${id} ${updatedAt}`)).size).toBe(refused.length);
  const newest = refused.filter(([id], index) => refused[index + 1]?.[0] !== id);
  expect(newest).toEqual(await accountsAtSource(land, "OWNER IS NULL"));
}

const accountsInLake = (land: Landscape, path: string) =>
  lakeRows(
    land.store,
    path,
    "ID::VARCHAR, BALANCE::VARCHAR, OWNER, strftime(UPDATED_AT, '%Y-%m-%d %H:%M:%S.%f')",
    "ID, UPDATED_AT",
  );

async function accountsAtSource(land: Landscape, condition: string): Promise<(string | null)[][]> {
  const found: (string | null)[][] = [];
  const pageRows = 50_000;
  for (;;) {
    const after = found.at(-1)?.[0] ?? "-1";
    const page = await land.rows(
      `SELECT TO_VARCHAR(ID), TO_VARCHAR(BALANCE), OWNER, TO_VARCHAR(UPDATED_AT, 'YYYY-MM-DD HH24:MI:SS.FF6') FROM ACCOUNTS WHERE ID > ${after} AND ${condition} ORDER BY ID LIMIT ${pageRows}`,
    );
    found.push(...page);
    if (page.length < pageRows) return found;
  }
}
