import {
  dataset,
  definePlatform,
  delta,
  full,
  incremental,
  integer,
  month,
  type Pipeline,
  parseDefinition,
  password,
  secret,
  table,
} from "@snowmelt/core/definition";
import { columnValues, isComplete, isUnique } from "@snowmelt/core/quality";
import { sourceTable } from "@snowmelt/core/types";

export const FLIGHTS = sourceTable({
  kind: "table",
  database: "AVIATION",
  schema: "PUBLIC",
  name: "FLIGHTS",
  columns: [
    ["FLIGHT_ID", "NUMBER(38,0) NOT NULL"],
    ["DATE", "TIMESTAMP_NTZ(9)"],
    ["DELAY", "NUMBER(38,0)"],
    ["DISTANCE", "NUMBER(38,0)"],
    ["ORIGIN", "VARCHAR(3)"],
    ["DETAIL", "VARIANT"],
    ["UPDATED_AT", "TIMESTAMP_LTZ(9) NOT NULL"],
  ],
});

export const platform = definePlatform({
  name: "acme",
  environments: {
    dev: {
      snowflake: {
        account: "local",
        host: "127.0.0.1",
        port: 4410,
        protocol: "http",
        user: "SNOWMELT",
        auth: password(secret("env:SNOWFLAKE_PASSWORD")),
      },
      lake: { root: "./.snowmelt/lake" },
    },
  },
});

export const flights = dataset({
  source: table(FLIGHTS),
  key: ["FLIGHT_ID"],
  sync: incremental({ cursor: "UPDATED_AT", lag: "600 seconds", deletes: "ignore" }),
  columns: { FLIGHT_ID: integer() },
  extract: { batchRows: 200_000, environments: { dev: { parallel: 3 } } },
  land: delta({ partitionBy: [month("DATE"), "ORIGIN"] }),
  quality: [isComplete("ORIGIN"), isUnique("FLIGHT_ID"), columnValues("DISTANCE", ">", 0, { onFail: "quarantine" })],
});

/** A written pipeline with one dataset, `flights`, in which `changes` replace blocks; not typed, to be wrong on purpose. */
export const written = (
  changes: Readonly<Record<string, unknown>> = {},
  more: Readonly<Record<string, unknown>> = {},
) => ({
  apiVersion: 1,
  name: "flights",
  platform,
  datasets: { flights: { ...flights, ...changes } },
  ...more,
});

export const parsed = (changes?: Readonly<Record<string, unknown>>): Pipeline => parseDefinition(written(changes));

export const airports = dataset({ source: table(FLIGHTS), sync: full(), land: delta() });
