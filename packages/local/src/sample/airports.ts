import { vegaFile } from "./vega-file.ts";

export const AIRPORTS_TABLE = `CREATE OR REPLACE TABLE AVIATION.PUBLIC.AIRPORTS (
  IATA VARCHAR(4) NOT NULL PRIMARY KEY,
  NAME VARCHAR NOT NULL,
  CITY VARCHAR,
  STATE VARCHAR,
  COUNTRY VARCHAR,
  LATITUDE FLOAT,
  LONGITUDE FLOAT
) COMMENT = 'US airports (vega-datasets airports)'`;

export function airportRows(): string {
  const columns =
    "{'iata': 'VARCHAR', 'name': 'VARCHAR', 'city': 'VARCHAR', 'state': 'VARCHAR', 'country': 'VARCHAR', 'latitude': 'DOUBLE', 'longitude': 'DOUBLE'}";
  return `SELECT iata, name, city, state, country, latitude, longitude FROM read_csv(${vegaFile("airports.csv")}, header = true, columns = ${columns})`;
}
