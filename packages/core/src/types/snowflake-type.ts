import { coreError } from "../errors/index.ts";

/** A Snowflake column type, exact. Written and read in Snowflake's own words: `NUMBER(38,0)`, `TIMESTAMP_NTZ(9)`. */
export type SnowflakeType =
  | { readonly kind: "number"; readonly precision: number; readonly scale: number }
  | { readonly kind: "float" | "decfloat" | "boolean" | "date" }
  | { readonly kind: "text" | "binary"; readonly length: number }
  | { readonly kind: "time" | "timestamp_ntz"; readonly scale: number }
  | { readonly kind: "timestamp_ltz" | "timestamp_tz"; readonly scale: number }
  | { readonly kind: "variant" | "object" | "array" | "map" | "geography" | "geometry" }
  | { readonly kind: "vector"; readonly element: "INT" | "FLOAT"; readonly dimension: number };

/** A type and whether it may be NULL: `NUMBER(38,0) NOT NULL`. */
export interface SnowflakeColumnType {
  readonly type: SnowflakeType;
  readonly nullable: boolean;
}

/** Characters of a VARCHAR without a length. */
export const maxTextLength = 16_777_216;
/** Bytes of a BINARY without a length. */
export const maxBinaryLength = 8_388_608;

/** `NUMBER(10,2) NOT NULL` and its synonyms; throws TYPE_UNSUPPORTED naming what came. */
export function parseSnowflakeColumnType(text: string): SnowflakeColumnType {
  const trimmed = text.trim();
  const notNull = /\s+NOT\s+NULL$/i;
  return { type: parseSnowflakeType(trimmed.replace(notNull, "")), nullable: !notNull.test(trimmed) };
}

/** A type from Snowflake's spelling, synonyms and defaults resolved. Throws TYPE_UNSUPPORTED, quoting what it cannot read. */
export function parseSnowflakeType(text: string): SnowflakeType {
  const match = /^\s*([A-Z_][A-Z0-9_ ]*?)\s*(?:\(([^()]*(?:\([^()]*\)[^()]*)*)\))?\s*$/i.exec(text);
  if (!match) throw unknownType(text);
  const name = (match[1] ?? "").toUpperCase().replace(/\s+/g, " ");
  const args = (match[2] ?? "").split(",").map((part) => part.trim());
  const whole = (index: number, fallback: number): number => {
    const arg = args[index];
    if (arg === undefined || arg === "") return fallback;
    if (!/^\d+$/.test(arg)) throw unknownType(text);
    return Number(arg);
  };
  switch (name) {
    case "NUMBER":
    case "NUMERIC":
    case "DECIMAL":
    case "DEC":
      return { kind: "number", precision: whole(0, 38), scale: whole(1, 0) };
    case "INT":
    case "INTEGER":
    case "BIGINT":
    case "SMALLINT":
    case "TINYINT":
    case "BYTEINT":
      return { kind: "number", precision: 38, scale: 0 };
    case "FLOAT":
    case "FLOAT4":
    case "FLOAT8":
    case "DOUBLE":
    case "DOUBLE PRECISION":
    case "REAL":
      return { kind: "float" };
    case "DECFLOAT":
      return { kind: "decfloat" };
    case "BOOLEAN":
      return { kind: "boolean" };
    case "VARCHAR":
    case "STRING":
    case "TEXT":
    case "NVARCHAR":
    case "CHAR VARYING":
      return { kind: "text", length: whole(0, maxTextLength) };
    case "CHAR":
    case "CHARACTER":
    case "NCHAR":
      return { kind: "text", length: whole(0, 1) };
    case "BINARY":
    case "VARBINARY":
      return { kind: "binary", length: whole(0, maxBinaryLength) };
    case "DATE":
      return { kind: "date" };
    case "TIME":
      return { kind: "time", scale: whole(0, 9) };
    case "DATETIME":
    case "TIMESTAMP":
    case "TIMESTAMP_NTZ":
    case "TIMESTAMPNTZ":
    case "TIMESTAMP WITHOUT TIME ZONE":
      return { kind: "timestamp_ntz", scale: whole(0, 9) };
    case "TIMESTAMP_LTZ":
    case "TIMESTAMPLTZ":
    case "TIMESTAMP WITH LOCAL TIME ZONE":
      return { kind: "timestamp_ltz", scale: whole(0, 9) };
    case "TIMESTAMP_TZ":
    case "TIMESTAMPTZ":
    case "TIMESTAMP WITH TIME ZONE":
      return { kind: "timestamp_tz", scale: whole(0, 9) };
    case "VARIANT":
      return { kind: "variant" };
    case "OBJECT":
      return { kind: "object" };
    case "ARRAY":
      return { kind: "array" };
    case "MAP":
      return { kind: "map" };
    case "GEOGRAPHY":
      return { kind: "geography" };
    case "GEOMETRY":
      return { kind: "geometry" };
    case "VECTOR": {
      const element = (args[0] ?? "").toUpperCase();
      if (element !== "INT" && element !== "FLOAT") throw unknownType(text);
      return { kind: "vector", element, dimension: whole(1, 0) };
    }
    default:
      throw unknownType(text);
  }
}

/** The canonical spelling; `parseSnowflakeType` reads it back to the same value. */
export function snowflakeTypeText(type: SnowflakeType): string {
  switch (type.kind) {
    case "number":
      return `NUMBER(${type.precision},${type.scale})`;
    case "text":
      return `VARCHAR(${type.length})`;
    case "binary":
      return `BINARY(${type.length})`;
    case "time":
    case "timestamp_ntz":
    case "timestamp_ltz":
    case "timestamp_tz":
      return `${type.kind.toUpperCase()}(${type.scale})`;
    case "vector":
      return `VECTOR(${type.element}, ${type.dimension})`;
    case "float":
    case "decfloat":
    case "boolean":
    case "date":
    case "variant":
    case "object":
    case "array":
    case "map":
    case "geography":
    case "geometry":
      return type.kind.toUpperCase();
    default:
      return type satisfies never;
  }
}

const unknownType = (text: string) =>
  coreError(
    "TYPE_UNSUPPORTED",
    `Expected a Snowflake type such as NUMBER(38,0) or TIMESTAMP_NTZ(9), got ${JSON.stringify(text)}.`,
  );
