import { memoryObjectStore } from "@snowmelt/core/ports";
import type { Field } from "@snowmelt/core/types";
import {
  awsFailure,
  type CatalogOperation,
  type GlueCatalog,
  type GlueScript,
  memoryGlue,
  patientCatalog,
} from "@snowmelt/lake/glue";
import {
  type PlainCatalogRequest,
  type PlainTable,
  planPlainAppend,
  planPlainOverwrite,
  planPlainReplace,
  planPlainTable,
  syncPlainCatalog,
} from "@snowmelt/lake/plain";
import { describe, expect, it } from "vitest";
import { byState, landRun, mustSnapshot, openTable } from "./plain-tables.ts";

const columns: readonly Field[] = [
  { name: "ID", type: { kind: "int64" }, nullable: false },
  { name: "STATE", type: { kind: "string" }, nullable: true },
  { name: "SEEN", type: { kind: "timestamp", unit: "us", utc: false }, nullable: true },
];
const request: PlainCatalogRequest = { database: "raw", name: "t", location: "s3://lake/raw/t" };
const none = { partitionBy: [], of: columns };

async function makeTable(table: PlainTable, run: string, rows: (bigint | string | null)[][], isPartitioned = true) {
  const files = await landRun(table, run, rows, isPartitioned ? { of: columns, partitionBy: byState } : none);
  const partitionColumns = isPartitioned ? ["STATE"] : [];
  await table.commit(planPlainTable({ id: "i", name: "t", fields: columns, partitionColumns, createdAtMs: 1, files }));
}

interface AskedGlue extends GlueCatalog {
  readonly asked: readonly CatalogOperation[];
}

function openGlue(script: Partial<GlueScript> = {}): AskedGlue {
  const memory = memoryGlue({ databases: ["raw"], ...script });
  return { ...patientCatalog(memory), asked: memory.asked };
}

const land = (table: PlainTable, run: string, rows: (bigint | string | null)[][]) =>
  landRun(table, run, rows, { of: columns, partitionBy: byState });

async function shown(glue: GlueCatalog) {
  const { Table } = await glue.getTable({ DatabaseName: "raw", Name: "t" });
  const { Partitions = [] } = await glue.getPartitions({ DatabaseName: "raw", TableName: "t" });
  const places = Partitions.map(({ Values, StorageDescriptor }) => [Values?.join("/"), StorageDescriptor?.Location]);
  return { location: Table?.StorageDescriptor?.Location, parameters: Table?.Parameters, places: places.sort() };
}

describe("the catalog of a plain Parquet table", () => {
  it("names a place for each partition, moved and taken away as the manifest says", async () => {
    const [table, glue] = [openTable(), openGlue()];
    await makeTable(table, "one", [
      [1n, "AK", null],
      [2n, null, null],
    ]);
    expect(await syncPlainCatalog(glue, table, request)).toMatchObject({ version: 0, partitions: { created: 2 } });
    expect(await shown(glue)).toMatchObject({
      location: "s3://lake/raw/t/data/run=one/",
      parameters: { classification: "parquet", "snowmelt.guarantee": "manifest" },
      places: [
        ["AK", "s3://lake/raw/t/data/run=one/STATE=AK/"],
        ["__HIVE_DEFAULT_PARTITION__", "s3://lake/raw/t/data/run=one/STATE=__HIVE_DEFAULT_PARTITION__/"],
      ],
    });
    const partitions = [{ STATE: null }, { STATE: "VT" }];
    const files = await land(table, "two", [[3n, "VT", null]]);
    await table.commit(planPlainReplace(await mustSnapshot(table), { partitions, files }));
    expect(await syncPlainCatalog(glue, table, request)).toMatchObject({
      partitions: { created: 1, deleted: 1, updated: 0, unchanged: 1 },
    });
    expect((await shown(glue)).location, "as the live files are of two runs").toBe("s3://lake/raw/t/");
    await table.commit(planPlainOverwrite(await mustSnapshot(table), await land(table, "three", [[4n, "AK", null]])));
    expect(await syncPlainCatalog(glue, table, request)).toMatchObject({ partitions: { updated: 1, deleted: 1 } });
    expect((await shown(glue)).places).toEqual([["AK", "s3://lake/raw/t/data/run=three/STATE=AK/"]]);
    const asked = glue.asked.length;
    expect(await syncPlainCatalog(glue, table, request)).toMatchObject({ partitions: { unchanged: 1 } });
    expect(glue.asked.slice(asked).filter((operation) => !operation.startsWith("get"))).toEqual([]);
  });

  it("of a table without partitions is moved by one write, and only below its own root", async () => {
    const [table, glue] = [openTable(), openGlue()];
    await makeTable(table, "one", [[1n, "AK", null]], false);
    await syncPlainCatalog(glue, table, request);
    const files = await landRun(table, "two", [[2n, "AK", null]], none);
    await table.commit(planPlainOverwrite(await mustSnapshot(table), files));
    await syncPlainCatalog(glue, table, request);
    expect((await shown(glue)).location).toBe("s3://lake/raw/t/data/run=two/");
    await table.commit(planPlainOverwrite(await mustSnapshot(table), []));
    await syncPlainCatalog(glue, table, request);
    expect((await shown(glue)).location).toBe("s3://lake/raw/t/data/run=none/");
    const elsewhere = { ...request, location: "s3://lake/raw/t2" };
    await expect(syncPlainCatalog(glue, table, elsewhere)).rejects.toMatchObject({ code: "GLUE_TABLE_FOREIGN" });
  });

  it("refuses a partition in two folders, and takes it by runs", async () => {
    const [table, glue] = [openTable(), openGlue()];
    await makeTable(table, "one", [[1n, "AK", null]]);
    await table.commit(planPlainAppend(await mustSnapshot(table), await land(table, "two", [[2n, "AK", null]])));
    await expect(syncPlainCatalog(glue, table, request)).rejects.toThrow('or use the layout "run"');
    await syncPlainCatalog(glue, table, { ...request, layout: "run" });
    expect((await shown(glue)).places).toEqual([
      ["one/AK", "s3://lake/raw/t/data/run=one/STATE=AK/"],
      ["two/AK", "s3://lake/raw/t/data/run=two/STATE=AK/"],
    ]);
  });

  it("refuses a text that is written as NULL's folder is", async () => {
    const [table, glue] = [openTable(), openGlue()];
    await makeTable(table, "one", [
      [1n, null, null],
      [2n, "__HIVE_DEFAULT_PARTITION__", null],
    ]);
    await expect(syncPlainCatalog(glue, table, request)).rejects.toMatchObject({ code: "PLAIN_FOLDER_SHARED" });
  });

  it("projects the partitions of one run, so that a refresh is one write", async () => {
    const [table, glue] = [openTable(), openGlue()];
    const projected: PlainCatalogRequest = { ...request, projection: { state: { kind: "injected" } } };
    await makeTable(table, "one", [[1n, "AK", null]]);
    expect((await syncPlainCatalog(glue, table, projected))?.partitions).toBeUndefined();
    await table.commit(planPlainOverwrite(await mustSnapshot(table), await land(table, "two", [[2n, "VT", null]])));
    await syncPlainCatalog(glue, table, projected);
    expect((await shown(glue)).parameters).toMatchObject({
      "projection.enabled": "true",
      "storage.location.template": `s3://lake/raw/t/data/run=two/STATE=$${"{state}"}`,
    });
    for (const state of [null, "A/B"]) {
      await table.commit(
        planPlainOverwrite(await mustSnapshot(table), await land(table, `r${state?.length}`, [[3n, state, null]])),
      );
      await expect(syncPlainCatalog(glue, table, projected)).rejects.toMatchObject({ code: "GLUE_PROJECTION_INVALID" });
    }
  });

  it("names no folder that holds a file which is not live", async () => {
    const [table, glue] = [openTable(), openGlue()];
    await makeTable(table, "one", [[1n, "AK", null]]);
    await table.store.put("raw/t/data/run=one/STATE=AK/_SUCCESS", new Uint8Array(1));
    await syncPlainCatalog(glue, table, request);
    await table.store.put("raw/t/data/run=one/STATE=AK/copy.parquet", new Uint8Array(1));
    await expect(syncPlainCatalog(glue, table, request)).rejects.toMatchObject({ code: "PLAIN_FOLDER_SHARED" });
  });

  it("has no type for a time of day, and says what to do", async () => {
    const [table, glue] = [openTable(), openGlue()];
    const fields: readonly Field[] = [{ name: "AT", type: { kind: "time", unit: "us" }, nullable: true }];
    await table.commit(planPlainTable({ id: "i", name: "t", fields, partitionColumns: [], createdAtMs: 1, files: [] }));
    await expect(syncPlainCatalog(glue, table, request)).rejects.toThrow("Column AT is a time of day");
  });

  it("ends at the newest version, though a commit comes in between", async () => {
    const table = openTable(memoryObjectStore());
    await makeTable(table, "one", [[1n, "AK", null]]);
    let isFirst = true;
    const before = async (operation: CatalogOperation) => {
      if (operation !== "batchCreatePartition" || !isFirst) return;
      isFirst = false;
      const other = openTable(table.store, 2);
      await other.commit(planPlainOverwrite(await mustSnapshot(other), await land(other, "two", [[2n, "VT", null]])));
    };
    const glue = openGlue({ before });
    expect(await syncPlainCatalog(glue, table, request)).toMatchObject({ version: 1 });
    expect((await shown(glue)).places).toEqual([["VT", "s3://lake/raw/t/data/run=two/STATE=VT/"]]);
  });

  it("is mended by the next time, wherever it broke off", async () => {
    for (let calls = 1; ; calls++) {
      const table = openTable();
      await makeTable(table, "one", [
        [1n, "AK", null],
        [2n, "VT", null],
      ]);
      let left = Number.POSITIVE_INFINITY;
      const glue = openGlue({
        before: () => {
          if (left-- <= 0) throw awsFailure("AccessDeniedException");
        },
      });
      await syncPlainCatalog(glue, table, request);
      await table.commit(
        planPlainOverwrite(
          await mustSnapshot(table),
          await land(table, "two", [
            [3n, "AK", null],
            [4n, "ME", null],
          ]),
        ),
      );
      left = calls;
      const isDone = await syncPlainCatalog(glue, table, request).then(
        () => true,
        () => false,
      );
      left = Number.POSITIVE_INFINITY;
      await syncPlainCatalog(glue, table, request);
      expect((await shown(glue)).places).toEqual([
        ["AK", "s3://lake/raw/t/data/run=two/STATE=AK/"],
        ["ME", "s3://lake/raw/t/data/run=two/STATE=ME/"],
      ]);
      if (isDone) break;
      expect(calls).toBeLessThan(20);
    }
  });
});
