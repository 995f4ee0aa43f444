import { compilationError, unsupported } from "../failures.ts";
import { type LogicalType, MAX_BINARY_LENGTH, MAX_TEXT_LENGTH, number } from "../types/logical-type.ts";
import { accept, type Cursor, expect, expectInteger, peek, sees, unexpected } from "./cursor.ts";

const INTEGERS = new Set(["INT", "INTEGER", "BIGINT", "SMALLINT", "TINYINT", "BYTEINT"]);
const DECIMALS = new Set(["NUMBER", "DECIMAL", "NUMERIC", "DEC"]);
const FLOATS = new Set(["FLOAT", "FLOAT4", "FLOAT8", "DOUBLE", "REAL"]);
const TEXTS = new Set(["VARCHAR", "STRING", "TEXT", "NVARCHAR", "NVARCHAR2"]);
const CHARS = new Set(["CHAR", "CHARACTER", "NCHAR"]);
const PLAIN: Readonly<Record<string, LogicalType>> = {
  BOOLEAN: { kind: "boolean" },
  DATE: { kind: "date" },
  VARIANT: { kind: "variant" },
  OBJECT: { kind: "object" },
  ARRAY: { kind: "array" },
  GEOGRAPHY: { kind: "geography" },
  GEOMETRY: { kind: "geometry" },
};

/** Reads a type as DDL and casts write it. */
export function parseDataType(cursor: Cursor): LogicalType {
  const token = peek(cursor);
  if (token.kind !== "word") throw unexpected(cursor);
  cursor.index += 1;
  const name = token.value;
  if (INTEGERS.has(name)) return number(38, 0);
  if (DECIMALS.has(name)) return decimal(cursor);
  if (FLOATS.has(name)) return float(cursor, name);
  if (TEXTS.has(name)) return { kind: "text", length: length(cursor, MAX_TEXT_LENGTH, MAX_TEXT_LENGTH) };
  if (CHARS.has(name)) return char(cursor);
  if (name === "BINARY" || name === "VARBINARY")
    return { kind: "binary", length: length(cursor, MAX_BINARY_LENGTH, MAX_BINARY_LENGTH) };
  if (name === "TIME") return { kind: "time", scale: fraction(cursor) };
  if (name === "VECTOR") return vector(cursor);
  const timestamp = timestampKind(cursor, name);
  if (timestamp !== null) return timestamp;
  const plain = PLAIN[name];
  if (plain === undefined) throw compilationError(`Unsupported data type '${name}'.`, "002040");
  if (sees(cursor, "(")) throw unsupported(`structured ${name}`);
  return plain;
}

function decimal(cursor: Cursor): LogicalType {
  if (!accept(cursor, "(")) return number(38, 0);
  const precision = expectInteger(cursor);
  const scale = accept(cursor, ",") ? expectInteger(cursor) : 0;
  expect(cursor, ")");
  if (precision < 1 || precision > 38 || scale > precision || scale > 37)
    throw compilationError(`invalid precision or scale in NUMBER(${precision},${scale})`);
  return number(precision, scale);
}

function float(cursor: Cursor, name: string): LogicalType {
  if (name === "DOUBLE") accept(cursor, "PRECISION");
  return { kind: "real" };
}

function char(cursor: Cursor): LogicalType {
  const varying = accept(cursor, "VARYING");
  return { kind: "text", length: length(cursor, varying ? MAX_TEXT_LENGTH : 1, MAX_TEXT_LENGTH) };
}

function length(cursor: Cursor, absent: number, longest: number): number {
  if (!accept(cursor, "(")) return absent;
  const value = expectInteger(cursor);
  expect(cursor, ")");
  if (value < 1 || value > longest * 8) throw compilationError(`invalid length ${value}`);
  return value;
}

function fraction(cursor: Cursor): number {
  if (!accept(cursor, "(")) return 9;
  const scale = expectInteger(cursor);
  expect(cursor, ")");
  if (scale > 9) throw compilationError(`Invalid precision: ${scale}. Must be between 0 and 9.`);
  return scale;
}

function vector(cursor: Cursor): LogicalType {
  expect(cursor, "(");
  const element = accept(cursor, "INT") ? "int" : "float";
  if (element === "float") expect(cursor, "FLOAT");
  expect(cursor, ",");
  const dimension = expectInteger(cursor);
  expect(cursor, ")");
  if (dimension < 1 || dimension > 4096) throw compilationError(`invalid vector dimension ${dimension}`);
  return { kind: "vector", element, dimension };
}

function timestampKind(cursor: Cursor, name: string): LogicalType | null {
  const suffix = /^TIMESTAMP_?(NTZ|LTZ|TZ)$/.exec(name)?.[1];
  if (suffix !== undefined) return { kind: timestampOf(suffix), scale: fraction(cursor) };
  if (name === "DATETIME") return { kind: cursor.plainTimestamp, scale: fraction(cursor) };
  if (name !== "TIMESTAMP") return null;
  const scale = fraction(cursor);
  if (accept(cursor, "WITHOUT", "TIME", "ZONE")) return { kind: "timestamp_ntz", scale };
  if (accept(cursor, "WITH", "LOCAL", "TIME", "ZONE")) return { kind: "timestamp_ltz", scale };
  if (accept(cursor, "WITH", "TIME", "ZONE")) return { kind: "timestamp_tz", scale };
  return { kind: cursor.plainTimestamp, scale };
}

function timestampOf(suffix: string): "timestamp_ntz" | "timestamp_ltz" | "timestamp_tz" {
  if (suffix === "NTZ") return "timestamp_ntz";
  return suffix === "LTZ" ? "timestamp_ltz" : "timestamp_tz";
}
