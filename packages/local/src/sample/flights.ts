import { vegaFile } from "./vega-file.ts";

export const FLIGHTS_TABLE = `CREATE OR REPLACE TABLE AVIATION.PUBLIC.FLIGHTS (
  FLIGHT_ID NUMBER(38,0) NOT NULL PRIMARY KEY COMMENT 'the row''s place in the published file',
  DATE TIMESTAMP_NTZ(6) NOT NULL COMMENT 'scheduled departure, local time of the origin',
  DELAY NUMBER(10,0) COMMENT 'minutes late on arrival, negative when early',
  DISTANCE NUMBER(10,0) COMMENT 'miles',
  ORIGIN VARCHAR(3),
  DESTINATION VARCHAR(3),
  UPDATED_AT TIMESTAMP_NTZ(6) NOT NULL COMMENT 'when the row was last written, UTC'
) COMMENT = 'US domestic flights of January to June 2001 (vega-datasets flights-3m)'`;

/**
 * The flights in the file's order. The file has neither key nor time of change: FLIGHT_ID counts the rows, and UPDATED_AT
 * is two to three hours after departure, so that both are the same wherever the sample is made.
 */
export function flightRows(scale: number): string {
  return `SELECT CAST(file_row_number * ${scale} + copy + 1 AS DECIMAL(38,0)),
      CAST(departed + copy AS DECIMAL(38,9)), CAST(delay AS DECIMAL(10,0)), CAST(distance AS DECIMAL(10,0)), origin, destination,
      CAST(departed + copy + 7200 + file_row_number % 3600 AS DECIMAL(38,9))
    FROM (SELECT *, epoch_us(date) // 1000000 AS departed, unnest(range(${scale})) AS copy FROM read_parquet(${vegaFile("flights-3m.parquet")}, file_row_number = true))`;
}
