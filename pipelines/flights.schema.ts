// Written by `snowmelt typegen` from the live schema. Commit it: the live schema is compared with it.
import { sourceTable } from "@snowmelt/core/types";

export const AIRPORTS = sourceTable({
  kind: "table",
  database: "AVIATION",
  schema: "PUBLIC",
  name: "AIRPORTS",
  columns: [
    ["IATA", "VARCHAR(16777216)"],
    ["NAME", "VARCHAR(16777216)"],
    ["CITY", "VARCHAR(16777216)"],
    ["STATE", "VARCHAR(16777216)"],
    ["COUNTRY", "VARCHAR(16777216)"],
    ["LATITUDE", "FLOAT"],
    ["LONGITUDE", "FLOAT"],
  ],
});

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
    ["ORIGIN", "VARCHAR(16777216)"],
    ["DESTINATION", "VARCHAR(16777216)"],
    ["UPDATED_AT", "TIMESTAMP_NTZ(9)"],
  ],
});
