import { SqlFailure } from "../../engine.ts";
import { statementCancelled } from "../failures.ts";

const RANGE = /(?:Conversion|Out of Range) Error: .*/s;

/** Puts a DuckDB error into Snowflake's shape; a `SqlFailure` passes through. */
export function toSqlFailure(error: unknown, signal: AbortSignal): Error {
  if (error instanceof SqlFailure) return error;
  const message = error instanceof Error ? error.message : String(error);
  if (signal.aborted || /INTERRUPT/i.test(message)) return statementCancelled();
  const own = /SF\|(\d{6})\|([0-9A-Z]{5})\|([\s\S]*)/.exec(message);
  if (own !== null) return new SqlFailure(own[1] ?? "", own[2] ?? "", own[3] ?? "", { cause: error });
  if (/must appear in the GROUP BY clause/.test(message) || /cannot contain aggregates/i.test(message))
    return new SqlFailure(
      "000979",
      "42601",
      "SQL compilation error:\na selected expression is not a valid group by expression",
      { cause: error },
    );
  if (/scalar subquery|More than one row returned by a subquery/i.test(message))
    return new SqlFailure("090150", "22000", "Single-row subquery returns more than one row.", { cause: error });
  if (/Malformed JSON/.test(message))
    return new SqlFailure("100069", "22P02", `Error parsing JSON: ${firstLine(message)}`, { cause: error });
  if (RANGE.test(message)) return rangeFailure(message, error);
  return new SqlFailure(
    "000603",
    "XX000",
    `SQL execution internal error:\nthe local engine could not run the statement (${firstLine(message)}).`,
    { cause: error },
  );
}

function rangeFailure(message: string, cause: unknown): SqlFailure {
  const value = /value "?(-?[\d.eE+]+)/i.exec(message)?.[1];
  if (value !== undefined)
    return new SqlFailure("100039", "22003", `Numeric value '${value}' is out of range`, { cause });
  if (/date|timestamp|time/i.test(message))
    return new SqlFailure("100035", "22007", "Timestamp is out of range", { cause });
  return new SqlFailure("100039", "22003", "Number out of representable range", { cause });
}

function firstLine(message: string): string {
  return (message.split("\n")[0] ?? "").slice(0, 300);
}
