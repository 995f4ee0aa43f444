import assert from "node:assert/strict";
import type { DeltaField } from "@snowmelt/lake/delta";
import {
  type CatalogTablePlan,
  type CatalogTableRequest,
  type GlueCatalog,
  planCatalogTable,
  syncCatalogTable,
  syncPartitions,
} from "@snowmelt/lake/glue";

export const DATABASE = "raw";

export function field(name: string, type = "string"): DeltaField {
  return { name, type, nullable: true, metadata: {} };
}

export function deltaPlan(change: Partial<CatalogTableRequest> = {}): CatalogTablePlan {
  const fields = [field("ID", "long"), field("NAME")];
  const location = "s3://lake/raw/flights";
  return planCatalogTable({
    database: DATABASE,
    name: "flights",
    location,
    fields,
    format: { kind: "delta" },
    ...change,
  });
}

export function parquetPlan(change: Partial<CatalogTableRequest> = {}): CatalogTablePlan {
  const fields = [field("id", "long"), field("day"), field("region")];
  return deltaPlan({ fields, format: { kind: "parquet", partitionBy: ["day", "region"] }, ...change });
}

export function partition(day: string, region = "eu", location = `s3://lake/raw/flights/day=${day}/region=${region}`) {
  return { values: [day, region], location };
}

export interface CatalogCase {
  readonly name: string;
  readonly run: () => Promise<void>;
}

/** What an emulator leaves out; AWS has all of it. */
export interface CatalogAbilities {
  /** A stale VersionId is refused. */
  readonly versions: boolean;
  readonly batchDelete: boolean;
}

/**
 * What syncing does with any catalog, an emulator's and the one in memory. `open` gives one that holds `raw` and no table.
 */
export function catalogContract(
  open: () => Promise<GlueCatalog>,
  abilities: CatalogAbilities = { versions: true, batchDelete: true },
): readonly CatalogCase[] {
  const cases: CatalogCase[] = [];
  const contract = (name: string, check: (glue: GlueCatalog) => Promise<void>) =>
    cases.push({ name, run: async () => check(await open()) });
  const read = async (glue: GlueCatalog) => (await glue.getTable({ DatabaseName: DATABASE, Name: "flights" })).Table;
  const list = async (glue: GlueCatalog) =>
    ((await glue.getPartitions({ DatabaseName: DATABASE, TableName: "flights" })).Partitions ?? [])
      .map(({ Values = [], StorageDescriptor }) => `${Values.join("/")} ${StorageDescriptor?.Location}`)
      .sort();

  contract("a table is created, then left alone, then updated to another schema", async (glue) => {
    assert.deepEqual(await syncCatalogTable(glue, deltaPlan()), { status: "created" });
    assert.deepEqual(await syncCatalogTable(glue, deltaPlan()), { status: "unchanged" });
    const wider = deltaPlan({ fields: [field("ID", "long"), field("NOTE")] });
    assert.deepEqual(await syncCatalogTable(glue, wider), { status: "updated", droppedColumns: ["name"] });
    assert.deepEqual(await syncCatalogTable(glue, wider), { status: "unchanged" });
    const table = await read(glue);
    assert.deepEqual(
      table?.StorageDescriptor?.Columns?.map(({ Name, Type }) => [Name, Type]),
      [
        ["id", "bigint"],
        ["note", "string"],
      ],
    );
    assert.equal(table?.TableType, "EXTERNAL_TABLE");
    assert.equal(table?.Parameters?.table_type, "DELTA");
  });

  contract("what others say about a table stays, what they added to its schema goes", async (glue) => {
    await syncCatalogTable(glue, deltaPlan());
    const table = await read(glue);
    await glue.updateTable({
      DatabaseName: DATABASE,
      TableInput: {
        Name: "flights",
        Description: "Asked by finance",
        Owner: "ops",
        TableType: "EXTERNAL_TABLE",
        Parameters: { ...table?.Parameters, "data.owner": "ops", "projection.enabled": "true" },
        PartitionKeys: [],
        StorageDescriptor: {
          ...table?.StorageDescriptor,
          Columns: [
            { Name: "id", Type: "bigint", Comment: "the key" },
            { Name: "name", Type: "string" },
            { Name: "guess", Type: "string" },
          ],
        },
      },
    });
    assert.deepEqual(await syncCatalogTable(glue, deltaPlan()), { status: "updated", droppedColumns: ["guess"] });
    const after = await read(glue);
    assert.equal(after?.Description, "Asked by finance");
    assert.equal(after?.Owner, "ops");
    assert.equal(after?.Parameters?.["data.owner"], "ops");
    assert.equal(after?.Parameters?.["projection.enabled"], undefined);
    assert.deepEqual(
      after?.StorageDescriptor?.Columns?.map(({ Name, Comment }) => [Name, Comment]),
      [
        ["id", "the key"],
        ["name", undefined],
      ],
    );
    assert.deepEqual(await syncCatalogTable(glue, deltaPlan()), { status: "unchanged" });
  });

  const staleVersion = async (glue: GlueCatalog) => {
    await syncCatalogTable(glue, deltaPlan());
    const table = await read(glue);
    const input = {
      DatabaseName: DATABASE,
      TableInput: { Name: "flights", Parameters: { a: "1" } },
      ...(table?.VersionId === undefined ? {} : { VersionId: table.VersionId }),
    };
    await glue.updateTable(input);
    await assert.rejects(glue.updateTable(input), { code: "GLUE_CHANGED_MEANWHILE" });
  };
  if (abilities.versions) contract("a stale version is refused", staleVersion);

  contract("many that sync at once all end with the planned table", async (glue) => {
    const synced = await Promise.all(Array.from({ length: 8 }, () => syncCatalogTable(glue, deltaPlan())));
    assert.equal(synced.filter(({ status }) => status === "created").length, 1);
    assert.deepEqual(await syncCatalogTable(glue, deltaPlan()), { status: "unchanged" });
  });

  contract("a missing database is named, with who makes it", async (glue) => {
    await assert.rejects(syncCatalogTable(glue, deltaPlan({ database: "nowhere" })), {
      code: "GLUE_DATABASE_MISSING",
      message: /The Glue database nowhere, which the table flights belongs to, is not there\. .*Terraform/,
    });
  });

  contract("a table of another place, a view, and other partition keys are not touched", async (glue) => {
    await syncCatalogTable(glue, deltaPlan());
    const refused = { code: "GLUE_TABLE_FOREIGN" };
    await assert.rejects(syncCatalogTable(glue, deltaPlan({ location: "s3://lake/other" })), refused);
    await assert.rejects(syncCatalogTable(glue, parquetPlan()), refused);
    const view = { Name: "v", TableType: "VIRTUAL_VIEW", StorageDescriptor: { Location: "s3://lake/raw/flights/" } };
    await glue.createTable({ DatabaseName: DATABASE, TableInput: view });
    await assert.rejects(syncCatalogTable(glue, deltaPlan({ name: "v" })), refused);
  });

  contract("partitions are created, left alone and moved", async (glue) => {
    const plan = parquetPlan();
    await syncCatalogTable(glue, plan);
    const first = { put: [partition("1"), partition("2"), partition("3")] };
    const none = { created: 0, updated: 0, deleted: 0, unchanged: 0 };
    assert.deepEqual(await syncPartitions(glue, plan, first), { ...none, created: 3 });
    assert.deepEqual(await syncPartitions(glue, plan, first), { ...none, unchanged: 3 });
    const moved = partition("2", "eu", "s3://lake/raw/flights/run-7/");
    const change = { put: [moved, partition("4")] };
    assert.deepEqual(await syncPartitions(glue, plan, change), { ...none, created: 1, updated: 1 });
    assert.deepEqual(await list(glue), [
      "1/eu s3://lake/raw/flights/day=1/region=eu/",
      "2/eu s3://lake/raw/flights/run-7/",
      "3/eu s3://lake/raw/flights/day=3/region=eu/",
      "4/eu s3://lake/raw/flights/day=4/region=eu/",
    ]);
  });

  const removal = async (glue: GlueCatalog) => {
    const plan = parquetPlan();
    await syncCatalogTable(glue, plan);
    const put = Array.from({ length: 70 }, (_, index) => partition(String(index)));
    await syncPartitions(glue, plan, { put });
    const none = { created: 0, updated: 0, deleted: 0, unchanged: 0 };
    const remove = put.slice(0, 30).map(({ values }) => values);
    assert.deepEqual(await syncPartitions(glue, plan, { put: [], remove: [...remove, ["none", "eu"]] }), {
      ...none,
      deleted: 30,
    });
    const rest = { put: [partition("69")], remove: "others" as const };
    assert.deepEqual(await syncPartitions(glue, plan, rest), { ...none, deleted: 39, unchanged: 1 });
    assert.deepEqual(await list(glue), ["69/eu s3://lake/raw/flights/day=69/region=eu/"]);
  };
  if (abilities.batchDelete) contract("partitions are removed, by name and all others", removal);

  contract("partitions follow their table's schema", async (glue) => {
    await syncCatalogTable(glue, parquetPlan());
    await syncPartitions(glue, parquetPlan(), { put: [partition("1")] });
    const wider = parquetPlan({ fields: [field("id", "long"), field("note"), field("day"), field("region")] });
    await syncCatalogTable(glue, wider);
    const { updated } = await syncPartitions(glue, wider, { put: [partition("1")] });
    assert.equal(updated, 1);
  });

  contract("more partitions than a call takes", async (glue) => {
    const plan = parquetPlan();
    await syncCatalogTable(glue, plan);
    const put = Array.from({ length: 1203 }, (_, index) => partition(String(index)));
    assert.equal((await syncPartitions(glue, plan, { put })).created, 1203);
    const moved = put.slice(0, 150).map(({ values }) => ({ values, location: `s3://lake/moved/${values[0]}` }));
    const change = await syncPartitions(glue, plan, { put: moved });
    assert.deepEqual(change, { created: 0, updated: 150, deleted: 0, unchanged: 0 });
  });
  return cases;
}
