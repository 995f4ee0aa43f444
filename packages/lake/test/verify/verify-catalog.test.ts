import { manualClock } from "@snowmelt/core/ports";
import {
  compareCatalogTable,
  type GlueCatalog,
  memoryGlue,
  patientCatalog,
  planCatalogTable,
  syncCatalogTable,
  verifyCatalogTable,
} from "@snowmelt/lake/glue";
import { describe, expect, it } from "vitest";

const field = (name: string, type: string) => ({ name, type, nullable: true, metadata: {} });
const plan = planCatalogTable({
  database: "raw",
  name: "orders",
  location: "s3://acme-lake/raw/orders",
  fields: [field("ID", "long"), field("AMOUNT", "decimal(10,2)"), field("SEEN", "timestamp")],
  format: { kind: "delta" },
});

type Table = NonNullable<Parameters<typeof compareCatalogTable>[0]>;

async function registered(): Promise<{ glue: GlueCatalog; table: Table }> {
  const glue = patientCatalog(memoryGlue({ databases: ["raw"] }), { clock: manualClock() });
  await syncCatalogTable(glue, plan, { clock: manualClock() });
  const { Table: table } = await glue.getTable({ DatabaseName: "raw", Name: "orders" });
  if (!table) throw new Error("not registered");
  return { glue, table };
}

const failed = (table: Table | undefined) =>
  compareCatalogTable(table, plan).flatMap(({ passed, name, subject, actual }) =>
    passed ? [] : [{ name, subject, actual }],
  );

describe("the catalog's table", () => {
  it("agrees with the log as it was registered", async () => {
    const { glue } = await registered();
    const checks = await verifyCatalogTable(glue, plan);
    expect(checks.filter(({ passed }) => !passed)).toEqual([]);
    expect(checks.map(({ name }) => name)).toEqual([
      "table",
      "location",
      "columns",
      "partition keys",
      "how it is read",
    ]);
  });

  it("that is not there is told", async () => {
    const glue = patientCatalog(memoryGlue({ databases: ["raw"] }), { clock: manualClock() });
    expect(await verifyCatalogTable(glue, plan)).toEqual([
      { name: "table", subject: "raw.orders", expected: "a table", actual: "no such table", passed: false },
    ]);
  });

  it("without a column is told, column by column", async () => {
    const { table } = await registered();
    const Columns = table.StorageDescriptor?.Columns?.filter(({ Name }) => Name !== "amount") ?? [];
    expect(failed({ ...table, StorageDescriptor: { ...table.StorageDescriptor, Columns } })).toEqual([
      { name: "columns", subject: "raw.orders", actual: "2 columns: id, seen" },
      { name: "columns", subject: "raw.orders, column amount", actual: "no such column" },
    ]);
  });

  it("with a column of another type, in another order or of its own is told", async () => {
    const { table } = await registered();
    const columns = table.StorageDescriptor?.Columns ?? [];
    const withColumns = (Columns: typeof columns): Table => ({
      ...table,
      StorageDescriptor: { ...table.StorageDescriptor, Columns },
    });
    const retyped = columns.map((column) => (column.Name === "id" ? { ...column, Type: "int" } : column));
    expect(failed(withColumns(retyped))).toContainEqual({
      name: "columns",
      subject: "raw.orders, column id",
      actual: "int",
    });
    expect(failed(withColumns(columns.toReversed()))).toHaveLength(1);
    expect(failed(withColumns([...columns, { Name: "more", Type: "int" }]))).toContainEqual({
      name: "columns",
      subject: "raw.orders, column more",
      actual: "int",
    });
  });

  it("of another place, with keys, or that engines would not read as Delta is told", async () => {
    const { table } = await registered();
    const moved = { ...table, StorageDescriptor: { ...table.StorageDescriptor, Location: "s3://other/raw/orders" } };
    expect(failed(moved)).toEqual([{ name: "location", subject: "raw.orders", actual: "s3://other/raw/orders/" }]);
    expect(failed({ ...table, PartitionKeys: [{ Name: "day", Type: "date" }] })).toEqual([
      { name: "partition keys", subject: "raw.orders", actual: "day date" },
    ]);
    expect(failed({ ...table, Parameters: {} })).toMatchObject([{ name: "how it is read" }]);
  });
});
