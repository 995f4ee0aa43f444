import { readFileSync } from "node:fs";
import type { BoundColumn, BoundQuery } from "../bind/binder.ts";
import { compilationError, unsupported } from "../failures.ts";
import { quoteText } from "../quote.ts";
import type { LogicalType } from "../types/logical-type.ts";
import { physicalType } from "../types/physical.ts";

/** The rows of a finished query, read back from the wire form in `file`; undefined when they are not kept. */
export function resultScan(file: string | undefined, queryId: string): BoundQuery {
  if (file === undefined)
    throw compilationError(
      `Result for query ${queryId} has expired, is too large to be read again here, or does not exist`,
      "000709",
      "02000",
    );
  const columns = JSON.parse(readFileSync(`${file}.json`, "utf8")) as readonly BoundColumn[];
  const list = columns
    .map((column, index) => `${fromWire(`w[${index + 1}]`, column.type)} AS c${index + 1}`)
    .join(", ");
  const lines = `read_csv(${quoteText(file)}, columns = {'line': 'VARCHAR'}, delim = '\u0001', quote = '', escape = '', header = false, max_line_size = 33554432, auto_detect = false, null_padding = false)`;
  return {
    sql: `SELECT ${list} FROM (SELECT CAST(CAST(rtrim(line, ',') AS JSON) AS VARCHAR[]) AS w FROM ${lines}) AS kept`,
    columns,
  };
}

function fromWire(sql: string, type: LogicalType): string {
  switch (type.kind) {
    case "number":
    case "real":
    case "time":
    case "timestamp_ntz":
    case "timestamp_ltz":
      return `CAST(${sql} AS ${physicalType(type)})`;
    case "boolean":
      return `(${sql} = '1')`;
    case "date":
      return `(DATE '1970-01-01' + CAST(${sql} AS INTEGER))`;
    case "timestamp_tz":
      return `CASE WHEN ${sql} IS NOT NULL THEN {'utc': CAST(split_part(${sql}, ' ', 1) AS DECIMAL(38,9)), 'offset': CAST(CAST(split_part(${sql}, ' ', 2) AS INTEGER) - 1440 AS SMALLINT)} END`;
    case "binary":
      return `unhex(${sql})`;
    case "variant":
    case "object":
    case "array":
      return `sf_json_normal(${sql})`;
    case "vector":
      throw unsupported("RESULT_SCAN of a VECTOR column");
    case "text":
    case "null":
    case "interval":
    case "geography":
    case "geometry":
      return sql;
    default:
      return type satisfies never;
  }
}
