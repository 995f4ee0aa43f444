/** A Snowflake type, exactly as declared or derived. */
export type LogicalType =
  | { readonly kind: "number"; readonly precision: number; readonly scale: number }
  | { readonly kind: "real" }
  | { readonly kind: "boolean" }
  | { readonly kind: "text"; readonly length: number }
  | { readonly kind: "binary"; readonly length: number }
  | { readonly kind: "date" }
  | { readonly kind: "time"; readonly scale: number }
  | { readonly kind: "timestamp_ntz"; readonly scale: number }
  | { readonly kind: "timestamp_ltz"; readonly scale: number }
  | { readonly kind: "timestamp_tz"; readonly scale: number }
  | { readonly kind: "variant" }
  | { readonly kind: "object" }
  | { readonly kind: "array" }
  | { readonly kind: "vector"; readonly element: "int" | "float"; readonly dimension: number }
  | { readonly kind: "geography" }
  | { readonly kind: "geometry" }
  /** The type of a bare NULL: it takes the other side's type, and is TEXT on the wire. */
  | { readonly kind: "null" }
  /** INTERVAL '1 day': lives only beside + and -. */
  | { readonly kind: "interval" };

export const MAX_TEXT_LENGTH = 16_777_216;
export const MAX_BINARY_LENGTH = 8_388_608;

export const BOOLEAN: LogicalType = { kind: "boolean" };
export const REAL: LogicalType = { kind: "real" };
export const TEXT = { kind: "text", length: MAX_TEXT_LENGTH } as const satisfies LogicalType;
export const BINARY: LogicalType = { kind: "binary", length: MAX_BINARY_LENGTH };
export const DATE: LogicalType = { kind: "date" };
export const VARIANT: LogicalType = { kind: "variant" };
export const OBJECT: LogicalType = { kind: "object" };
export const ARRAY: LogicalType = { kind: "array" };
export const NULL_TYPE: LogicalType = { kind: "null" };
export const TIME: LogicalType = { kind: "time", scale: 9 };
export const TIMESTAMP_NTZ: LogicalType = { kind: "timestamp_ntz", scale: 9 };
export const TIMESTAMP_LTZ: LogicalType = { kind: "timestamp_ltz", scale: 9 };
export const TIMESTAMP_TZ: LogicalType = { kind: "timestamp_tz", scale: 9 };

export function number(precision: number, scale = 0): LogicalType & { readonly kind: "number" } {
  return { kind: "number", precision, scale };
}

export const INTEGER = number(38, 0);

export function isSemiStructured(type: LogicalType): boolean {
  return type.kind === "variant" || type.kind === "object" || type.kind === "array";
}

export function isTimestamp(
  type: LogicalType,
): type is Extract<LogicalType, { kind: "timestamp_ntz" | "timestamp_ltz" | "timestamp_tz" }> {
  return type.kind === "timestamp_ntz" || type.kind === "timestamp_ltz" || type.kind === "timestamp_tz";
}

/** The type as `DESCRIBE TABLE` prints it. */
export function printType(type: LogicalType): string {
  switch (type.kind) {
    case "number":
      return `NUMBER(${type.precision},${type.scale})`;
    case "real":
      return "FLOAT";
    case "text":
      return `VARCHAR(${type.length})`;
    case "null":
      return `VARCHAR(${MAX_TEXT_LENGTH})`;
    case "binary":
      return `BINARY(${type.length})`;
    case "time":
    case "timestamp_ntz":
    case "timestamp_ltz":
    case "timestamp_tz":
      return `${type.kind.toUpperCase()}(${type.scale})`;
    case "vector":
      return `VECTOR(${type.element.toUpperCase()}, ${type.dimension})`;
    case "boolean":
    case "date":
    case "variant":
    case "object":
    case "array":
    case "geography":
    case "geometry":
    case "interval":
      return type.kind.toUpperCase();
    default:
      return type satisfies never;
  }
}
