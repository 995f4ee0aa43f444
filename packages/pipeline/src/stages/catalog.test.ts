import {
  dataset,
  definePipeline,
  definePlatform,
  delta,
  full,
  table as sourceOf,
  workloadIdentity,
} from "@snowmelt/core/definition";
import { manualClock, memoryObjectStore, seededRandom, silentLogger } from "@snowmelt/core/ports";
import { type Field, sourceTable } from "@snowmelt/core/types";
import { type DeltaTable, openDeltaTable, planCreateTable, planEvolveSchema } from "@snowmelt/lake/delta";
import { type CatalogOperation, memoryGlue, patientCatalog } from "@snowmelt/lake/glue";
import { expect, test } from "vitest";
import type { DatasetResult } from "../manifest.ts";
import { catalogTable } from "./catalog.ts";

const fieldsOf = (...names: string[]): Field[] =>
  names.map((name) => ({ name, type: { kind: "int64" }, nullable: true }));

const source = sourceTable({ kind: "table", database: "D", schema: "S", name: "T", columns: [["ID", "NUMBER(18,0)"]] });
const platform = definePlatform({
  name: "test",
  environments: {
    local: { snowflake: { account: "a", auth: workloadIdentity() }, lake: { root: "s3://lake/tables" } },
  },
});
const t = dataset({ source: sourceOf(source), sync: full(), land: delta() });
const { datasets } = definePipeline({ apiVersion: 1, name: "p", platform, datasets: { t } });

/** A run that is only its last stage, over a catalog of its own making. */
async function catalogRun(table: DeltaTable, glue: ReturnType<typeof memoryGlue>): Promise<DatasetResult["catalog"]> {
  const { t: dataset } = datasets;
  if (!dataset) throw new Error("no dataset");
  const [clock, random] = [manualClock(), seededRandom(1)];
  let entry: DatasetResult["catalog"] = null;
  await catalogTable(
    {
      catalog: { glue: patientCatalog(glue, { clock, random }), databasePrefix: "snowmelt_" },
      clock,
      random,
      signal: new AbortController().signal,
      logger: silentLogger,
    },
    { name: "t", dataset, table },
    {
      note: ({ catalog }) => {
        entry = catalog ?? entry;
      },
      notice: () => undefined,
      stage: (_, run) => run(),
      progress: () => undefined,
      retry: () => undefined,
    },
  );
  return entry;
}

test.each([
  { overtaken: "getTable", isThere: false },
  { overtaken: "createTable", isThere: false },
  { overtaken: "getTable", isThere: true },
  { overtaken: "updateTable", isThere: true },
] as const satisfies readonly { readonly overtaken: CatalogOperation; readonly isThere: boolean }[])(
  "a run that is overtaken before $overtaken, of a table in the catalog: $isThere, puts no older columns back",
  async ({ overtaken, isThere }) => {
    const table = openDeltaTable({
      store: memoryObjectStore("s3://lake/tables"),
      path: "raw/t",
      clock: manualClock(),
      random: seededRandom(2),
    });
    const evolve = async (...names: string[]): Promise<void> => {
      const snapshot = await table.snapshot();
      if (snapshot) await table.commit(planEvolveSchema(snapshot, fieldsOf(...names)));
    };
    const create = { id: "t", name: "t", fields: fieldsOf("ID"), partitionColumns: [], createdAtMs: 0, files: [] };
    await table.commit(planCreateTable(create));

    let other: (() => Promise<void>) | undefined;
    const glue = memoryGlue({
      databases: ["snowmelt_raw"],
      before: async (operation) => {
        if (operation !== overtaken) return;
        const overtake = other;
        other = undefined;
        await overtake?.();
      },
    });
    if (isThere) {
      await catalogRun(table, glue);
      await evolve("ID", "A");
    }
    other = async () => {
      await evolve("ID", "A", "B");
      expect(await catalogRun(table, glue)).toMatchObject({ status: isThere ? "updated" : "created" });
    };
    expect(await catalogRun(table, glue)).toMatchObject({ status: "unchanged", droppedColumns: [] });
    expect(other).toBeUndefined();
    const { Table } = await glue.getTable({ DatabaseName: "snowmelt_raw", Name: "t" });
    expect(Table?.StorageDescriptor?.Columns?.map(({ Name }) => Name)).toEqual(["id", "a", "b"]);
  },
);
