import type { LandType } from "./land-type.ts";
import type { SnowflakeType } from "./snowflake-type.ts";

/** The types whose form depends on the target. */
type ZonelessType = { readonly kind: "time" | "timestamp_ntz"; readonly scale: number };

/** What is the same for every target. A NUMBER(p,0) of up to 18 digits always fits 64 bits. */
export function anyTargetMapping(type: Exclude<SnowflakeType, ZonelessType>): LandType {
  switch (type.kind) {
    case "number":
      return type.scale === 0 && type.precision <= 18
        ? { kind: "int64" }
        : { kind: "decimal", precision: type.precision, scale: type.scale };
    case "float":
      return { kind: "float64" };
    case "boolean":
      return { kind: "boolean" };
    case "date":
      return { kind: "date" };
    case "binary":
      return { kind: "binary" };
    case "timestamp_ltz":
    case "timestamp_tz":
      return { kind: "timestamp", unit: "us", utc: true };
    case "text":
    case "decfloat":
    case "variant":
    case "object":
    case "array":
    case "map":
    case "vector":
    case "geography":
    case "geometry":
      return { kind: "string" };
    default:
      return type satisfies never;
  }
}
