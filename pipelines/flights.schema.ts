// Written by `snowmelt typegen` from the live schema. Commit it: the live schema is compared with it.
import { sourceTable } from "@snowmelt/core/types";

export const AIRPORTS = sourceTable({
  kind: "table",
  database: "AVIATION",
  schema: "PUBLIC",
  name: "AIRPORTS",
  columns: [
    ["IATA", "VARCHAR(4) NOT NULL"],
    ["NAME", "VARCHAR(16777216) NOT NULL"],
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
    ["DATE", "TIMESTAMP_NTZ(6) NOT NULL"],
    ["DELAY", "NUMBER(10,0)"],
    ["DISTANCE", "NUMBER(10,0)"],
    ["ORIGIN", "VARCHAR(3)"],
    ["DESTINATION", "VARCHAR(3)"],
    ["UPDATED_AT", "TIMESTAMP_NTZ(6) NOT NULL"],
  ],
});
