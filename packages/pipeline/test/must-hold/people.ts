import { type DatasetInput, dataset, delta, incremental, type Pipeline, table } from "@snowmelt/core/definition";
import { type SourceColumn, sourceTable } from "@snowmelt/core/types";
import { expect } from "vitest";
import { lakeRows } from "../lake-rows.ts";
import type { Landscape } from "../landscape.ts";

/** The server's clock as a cursor. */
export const now = "CONVERT_TIMEZONE('UTC', CURRENT_TIMESTAMP())::TIMESTAMP_NTZ";

export const peopleColumns: readonly SourceColumn[] = [
  ["ID", "NUMBER(10,0)"],
  ["NAME", "VARCHAR(100)"],
  ["AGE", "NUMBER(5,0)"],
  ["UPDATED_AT", "TIMESTAMP_NTZ(6)"],
];

/** A small table with a key and a cursor. */
export async function createPeople(land: Landscape, name: string, rows: number): Promise<void> {
  await land.sql(
    `CREATE OR REPLACE TABLE ${name} (${peopleColumns.map((column) => column.join(" ")).join(", ")})`,
    `INSERT INTO ${name} SELECT SEQ4(), 'person ' || SEQ4(), MOD(SEQ4(), 90), ${now} FROM TABLE(GENERATOR(ROWCOUNT => ${rows}))`,
  );
}

/** An incremental dataset over such a table. */
export function peopleDataset(
  name: string,
  more: Partial<DatasetInput> = {},
  columns: readonly SourceColumn[] = peopleColumns,
): DatasetInput {
  const source = table(sourceTable({ kind: "table", database: "AVIATION", schema: "PUBLIC", name, columns }));
  const sync = incremental({ cursor: "UPDATED_AT", lag: "0 seconds", zone: "UTC", deletes: "ignore" });
  return { ...dataset({ source, key: ["ID"], sync, land: delta() }), ...more };
}

/** A pipeline of one dataset, called as its table is in lower case. */
export const peoplePipeline = (land: Landscape, name: string, more: Partial<DatasetInput> = {}): Pipeline =>
  land.pipeline({ [name.toLowerCase()]: peopleDataset(name, more) });

/** The table in the lake holds every row of the source once, and no other. */
export async function expectPeopleInLake(land: Landscape, name: string): Promise<void> {
  const atSource = await land.rows(`SELECT ID::VARCHAR, NAME, AGE::VARCHAR FROM ${name} ORDER BY ID`);
  const inLake = await lakeRows(land.lake, `raw/${name.toLowerCase()}`, "ID::VARCHAR, NAME, AGE::VARCHAR", "ID");
  expect(inLake).toEqual(atSource);
}
