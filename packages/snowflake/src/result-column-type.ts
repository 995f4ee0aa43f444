import { maxBinaryLength, maxTextLength, type SnowflakeType } from "@snowmelt/core/types";
import type { ResultColumn } from "./session.ts";
import { snowflakeError } from "./snowflake-error.ts";

/** The Snowflake type of a result column. The driver does not tell lengths: text and binary get the largest. */
export function columnTypeOf({ name, type, precision, scale }: ResultColumn): SnowflakeType {
  const kind = type.toLowerCase();
  switch (kind) {
    case "fixed":
      return { kind: "number", precision: precision ?? 38, scale: scale ?? 0 };
    case "real":
      return { kind: "float" };
    case "text":
      return { kind: "text", length: maxTextLength };
    case "binary":
      return { kind: "binary", length: maxBinaryLength };
    case "time":
    case "timestamp_ntz":
    case "timestamp_ltz":
    case "timestamp_tz":
      return { kind, scale: scale ?? 9 };
    case "boolean":
    case "date":
    case "decfloat":
    case "variant":
    case "object":
    case "array":
    case "map":
    case "geography":
    case "geometry":
      return { kind };
    default:
      throw snowflakeError(
        "PLAN_INVALID",
        `Column ${JSON.stringify(name)} of the query has the type ${type}, whose details a query does not tell; cast it, a VECTOR by TO_ARRAY.`,
      );
  }
}
