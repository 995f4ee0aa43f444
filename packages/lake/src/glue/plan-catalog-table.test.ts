import { describe, expect, test } from "vitest";
import type { DeltaField } from "../delta/schema.ts";
import { type CatalogTableRequest, planCatalogTable } from "./plan-catalog-table.ts";

const field = (name: string, type: string, metadata = {}): DeltaField => ({ name, type, nullable: true, metadata });
const request: CatalogTableRequest = {
  database: "raw",
  name: "flights",
  location: "s3://lake/raw/flights",
  fields: [
    field("FLIGHT_ID", "long"),
    field("DELAY", "decimal(9,2)", { comment: "minutes" }),
    field("DATE_MONTH", "date"),
  ],
  format: { kind: "delta" },
};

test("a Delta table has all columns, no keys, and the marks of Athena and Spark", () => {
  expect(planCatalogTable({ ...request, parameters: { owner: "ops" }, description: "Flights" })).toEqual({
    database: "raw",
    name: "flights",
    description: "Flights",
    parameters: { owner: "ops", EXTERNAL: "TRUE", table_type: "DELTA", "spark.sql.sources.provider": "delta" },
    partitionKeys: [],
    storage: {
      Columns: [
        { Name: "flight_id", Type: "bigint" },
        { Name: "delay", Type: "decimal(9,2)", Comment: "minutes" },
        { Name: "date_month", Type: "date" },
      ],
      Location: "s3://lake/raw/flights/",
      SerdeInfo: { Parameters: { "serialization.format": "1", path: "s3://lake/raw/flights/" } },
    },
  });
});

test("a Parquet table has its partition columns as keys and not among its columns", () => {
  const plan = planCatalogTable({ ...request, format: { kind: "parquet", partitionBy: ["DATE_MONTH"] } });
  expect(plan.partitionKeys).toEqual([{ Name: "date_month", Type: "date" }]);
  expect(plan.storage.Columns.map(({ Name }) => Name)).toEqual(["flight_id", "delay"]);
  expect(plan.parameters).toEqual({ EXTERNAL: "TRUE", classification: "parquet" });
  expect(plan.storage.SerdeInfo.SerializationLibrary).toMatch(/ParquetHiveSerDe$/);
});

test("projection says of every key how its values follow", () => {
  const fields = ["day", "hour", "region", "tenant"].map((name) => field(name, "string"));
  const { parameters } = planCatalogTable({
    ...request,
    fields: [field("id", "long"), ...fields],
    format: {
      kind: "parquet",
      partitionBy: ["day", "hour", "region", "tenant"],
      projection: {
        keys: {
          day: {
            kind: "date",
            range: ["2024-01-01", "NOW"],
            format: "yyyy-MM-dd",
            interval: { count: 1, unit: "DAYS" },
          },
          hour: { kind: "integer", range: [0n, 23n], digits: 2 },
          region: { kind: "enum", values: ["eu", "us"] },
          tenant: { kind: "injected" },
        },
        // biome-ignore lint/suspicious/noTemplateCurlyInString: Athena's placeholders
        locationTemplate: "s3://lake/x/${tenant}/${region}/${day}/${hour}/",
      },
    },
  });
  expect(parameters).toEqual({
    EXTERNAL: "TRUE",
    classification: "parquet",
    "projection.enabled": "true",
    "projection.day.type": "date",
    "projection.day.range": "2024-01-01,NOW",
    "projection.day.format": "yyyy-MM-dd",
    "projection.day.interval": "1",
    "projection.day.interval.unit": "DAYS",
    "projection.hour.type": "integer",
    "projection.hour.range": "0,23",
    "projection.hour.interval": "1",
    "projection.hour.digits": "2",
    "projection.region.type": "enum",
    "projection.region.values": "eu,us",
    "projection.tenant.type": "injected",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: Athena's placeholders
    "storage.location.template": "s3://lake/x/${tenant}/${region}/${day}/${hour}/",
  });
});

describe("refused", () => {
  const parquet = (projection: object) => ({ kind: "parquet", partitionBy: ["DATE_MONTH"], projection });
  const key = (projection: object) => ({ format: parquet({ keys: { date_month: projection } }) });
  test.each<[string, object, string, string]>([
    [
      "projection of a Delta table",
      { format: { kind: "delta", projection: { keys: {} } } },
      "GLUE_PROJECTION_INVALID",
      "its log",
    ],
    [
      "a key that projection leaves out",
      { format: parquet({ keys: {} }) },
      "GLUE_PROJECTION_INVALID",
      "date_month is missing",
    ],
    [
      "a key that is none",
      { format: parquet({ keys: { date_month: { kind: "injected" }, x: { kind: "injected" } } }) },
      "GLUE_PROJECTION_INVALID",
      "x is no partition key",
    ],
    ["an enum value with a comma", key({ kind: "enum", values: ["a,b"] }), "GLUE_PROJECTION_INVALID", "comma"],
    ["an enum without values", key({ kind: "enum", values: [] }), "GLUE_PROJECTION_INVALID", "no values"],
    ["a range that is turned", key({ kind: "integer", range: [2n, 1n] }), "GLUE_PROJECTION_INVALID", "2..1"],
    [
      "a date without a format",
      key({ kind: "date", range: ["a", "b"], format: "" }),
      "GLUE_PROJECTION_INVALID",
      "format",
    ],
    [
      "a template that lacks a key",
      { format: parquet({ keys: { date_month: { kind: "injected" } }, locationTemplate: "s3://lake/x/" }) },
      "GLUE_PROJECTION_INVALID",
      "must be an s3:// address",
    ],
    ["a table name in upper case", { name: "Flights" }, "GLUE_NAME_INVALID", "Write flights."],
    ["an empty database", { database: "" }, "GLUE_NAME_INVALID", "database"],
    ["a folder as location", { location: "file:///lake" }, "GLUE_NAME_INVALID", "Expected s3://bucket/prefix"],
    [
      "columns that differ by case alone",
      { fields: [field("a", "long"), field("A", "long")] },
      "GLUE_NAME_INVALID",
      "a and A",
    ],
    [
      "a partition column that is not there",
      { format: { kind: "parquet", partitionBy: ["x"] } },
      "GLUE_NAME_INVALID",
      "no column x",
    ],
    [
      "a parameter that is ours",
      { parameters: { "projection.enabled": "true" } },
      "GLUE_NAME_INVALID",
      "projection.enabled",
    ],
  ])("%s", (_, change, code, said) => {
    const changed = { ...request, ...change } as CatalogTableRequest;
    expect(() => planCatalogTable(changed)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(said) }),
    );
  });
});
