/**
 * What a landed value is: the vocabulary shared by Parquet, Delta, Arrow and the catalog. A target's mapping table says
 * which of them a Snowflake type becomes.
 */
export type LandType =
  | { readonly kind: "boolean" | "int32" | "int64" | "float64" | "date" | "string" | "binary" }
  /** `precision` 1 to 38, `scale` 0 to `precision`; unscaled integers in the vector. */
  | { readonly kind: "decimal"; readonly precision: number; readonly scale: number }
  /** Time of day in units since midnight. */
  | { readonly kind: "time"; readonly unit: TimeUnit }
  /** Units since 1970-01-01T00:00:00; `utc` tells an instant from a wall-clock reading without a zone. */
  | { readonly kind: "timestamp"; readonly unit: TimeUnit; readonly utc: boolean };

export type TimeUnit = "us" | "ns";

/** How a vector holds a land type; also Parquet's physical choice, with `int128` as FIXED_LEN_BYTE_ARRAY(16). */
export type Storage = "bit" | "int32" | "int64" | "float64" | "int128" | "bytes";

/** How a vector holds a land type. */
export function storageOf(type: LandType): Storage {
  switch (type.kind) {
    case "boolean":
      return "bit";
    case "int32":
    case "date":
      return "int32";
    case "int64":
    case "time":
    case "timestamp":
      return "int64";
    case "float64":
      return "float64";
    case "decimal":
      return type.precision <= 9 ? "int32" : type.precision <= 18 ? "int64" : "int128";
    case "string":
    case "binary":
      return "bytes";
    default:
      return type satisfies never;
  }
}

/** Whether two land types are one, precision, scale, unit and zone included. */
export function sameLandType(a: LandType, b: LandType): boolean {
  return landTypeText(a) === landTypeText(b);
}

/** For people and messages: `decimal(10,2)`, `timestamp(us, UTC)`. */
export function landTypeText(type: LandType): string {
  switch (type.kind) {
    case "decimal":
      return `decimal(${type.precision},${type.scale})`;
    case "time":
      return `time(${type.unit})`;
    case "timestamp":
      return `timestamp(${type.unit}${type.utc ? ", UTC" : ""})`;
    case "boolean":
    case "int32":
    case "int64":
    case "float64":
    case "date":
    case "string":
    case "binary":
      return type.kind;
    default:
      return type satisfies never;
  }
}
