import type { LandType } from "@snowmelt/core/types";
import { Converted, Logical, nameOf, Physical, Repetition, Unit } from "../format/format.ts";
import { fieldsOf, type ThriftStruct } from "../format/thrift-reader.ts";
import { parquetError } from "../parquet-error.ts";

/** A top-level column of a file. */
export interface FileColumn {
  readonly name: string;
  /** Position among the leaves, which is that of its column chunk in each row group. */
  readonly leaf: number;
  readonly nullable: boolean;
  readonly physical: number;
  /** Bytes of a FIXED_LEN_BYTE_ARRAY value. */
  readonly typeLength: number;
  /** What its values are; undefined with `refusal` saying why when it is nothing Snowmelt reads. */
  readonly type: LandType | undefined;
  readonly refusal: string | undefined;
  /** Times and timestamps in milliseconds are read as microseconds. */
  readonly unitsPerValue: 1 | 1000;
  /** 32-bit values are unsigned. */
  readonly isUnsigned: boolean;
}

/** The top-level columns of a schema, which the footer holds as a tree written depth first. */
export function parseFileColumns(elements: readonly ThriftStruct[]): FileColumn[] {
  const root = elements[0];
  if (!root) throw parquetError("PARQUET_CORRUPT", "The footer has no schema.");
  const columns: FileColumn[] = [];
  let at = 1;
  let leaf = 0;
  /** Steps over a subtree and counts its leaves. */
  const skip = (): void => {
    const element = elements[at++];
    if (!element) throw parquetError("PARQUET_CORRUPT", "The footer's schema ends inside a group.");
    const children = fieldsOf(element, "SchemaElement").integer(5) ?? 0;
    if (children === 0) leaf++;
    for (let child = 0; child < children; child++) skip();
  };
  for (let child = fieldsOf(root, "SchemaElement").integer(5) ?? 0; child > 0; child--) {
    const element = elements[at];
    if (!element) throw parquetError("PARQUET_CORRUPT", "The footer's schema has fewer columns than it announces.");
    columns.push(parseFileColumn(element, leaf));
    skip();
  }
  if (at !== elements.length)
    throw parquetError("PARQUET_CORRUPT", "The footer's schema has columns outside its root.");
  return columns;
}

function parseFileColumn(element: ThriftStruct, leaf: number): FileColumn {
  const fields = fieldsOf(element, "SchemaElement");
  const repetition = fields.integer(3) ?? Repetition.REQUIRED;
  const isNested = (fields.integer(5) ?? 0) > 0 || repetition === Repetition.REPEATED;
  const column = parseLeafColumn(element, leaf);
  return isNested ? { ...column, type: undefined, refusal: "nested and repeated columns are not read" } : column;
}

/** The values of a leaf, whatever repeats above it. */
export function parseLeafColumn(element: ThriftStruct, leaf: number): FileColumn {
  const fields = fieldsOf(element, "SchemaElement");
  const physical = fields.integer(1) ?? -1;
  const repetition = fields.integer(3) ?? Repetition.REQUIRED;
  const meaning = meaningOf(element, physical);
  return {
    name: fields.string(4) ?? "",
    leaf,
    nullable: repetition !== Repetition.REQUIRED,
    physical,
    typeLength: fields.integer(2) ?? 0,
    type: meaning.type,
    refusal: meaning.refusal,
    unitsPerValue: meaning.unitsPerValue ?? 1,
    isUnsigned: meaning.isUnsigned ?? false,
  };
}

interface Meaning {
  readonly type?: LandType;
  readonly refusal?: string;
  readonly unitsPerValue?: 1 | 1000;
  readonly isUnsigned?: boolean;
}

function meaningOf(element: ThriftStruct, physical: number): Meaning {
  const fields = fieldsOf(element, "SchemaElement");
  const logical = fields.struct(10);
  const [kind, body] = logical?.entries().next().value ?? [];
  const annotated =
    kind !== undefined && body instanceof Map
      ? logicalMeaning(kind, body)
      : convertedMeaning(fields.integer(6), { precision: fields.integer(8) ?? 0, scale: fields.integer(7) ?? 0 });
  const meaning = annotated ?? plainMeaning(physical);
  if (meaning.type && !fits(meaning.type, physical)) {
    return { refusal: `${nameOf(Physical, physical)} cannot hold ${meaning.type.kind} values` };
  }
  return meaning;
}

function plainMeaning(physical: number): Meaning {
  switch (physical) {
    case Physical.BOOLEAN:
      return { type: { kind: "boolean" } };
    case Physical.INT32:
      return { type: { kind: "int32" } };
    case Physical.INT64:
      return { type: { kind: "int64" } };
    case Physical.INT96:
      return { type: { kind: "timestamp", unit: "us", utc: true } };
    case Physical.FLOAT:
    case Physical.DOUBLE:
      return { type: { kind: "float64" } };
    case Physical.BYTE_ARRAY:
    case Physical.FIXED_LEN_BYTE_ARRAY:
      return { type: { kind: "binary" } };
    default:
      return { refusal: `the physical type ${nameOf(Physical, physical)} is not known` };
  }
}

function logicalMeaning(kind: number, body: ThriftStruct): Meaning | undefined {
  const fields = fieldsOf(body, "LogicalType");
  switch (kind) {
    case Logical.STRING:
    case Logical.ENUM:
    case Logical.JSON:
      return { type: { kind: "string" } };
    case Logical.BSON:
    case Logical.UNKNOWN:
      return undefined;
    case Logical.DATE:
      return { type: { kind: "date" } };
    case Logical.DECIMAL:
      return decimal(fields.requiredInteger(2), fields.requiredInteger(1));
    case Logical.INTEGER: {
      const width = fields.integer(1) ?? 32;
      return integer(width, fields.boolean(2) ?? true);
    }
    case Logical.TIME:
    case Logical.TIMESTAMP: {
      const unit = fields.requiredStruct(2).keys().next().value;
      const inUnit = unit === Unit.NANOS ? "ns" : "us";
      const unitsPerValue = unit === Unit.MILLIS ? 1000 : 1;
      if (kind === Logical.TIME) return { type: { kind: "time", unit: inUnit }, unitsPerValue };
      return { type: { kind: "timestamp", unit: inUnit, utc: fields.boolean(1) ?? false }, unitsPerValue };
    }
    default:
      return { refusal: `the logical type ${nameOf(Logical, kind)} is not read` };
  }
}

function convertedMeaning(
  converted: number | undefined,
  { precision, scale }: { readonly precision: number; readonly scale: number },
): Meaning | undefined {
  switch (converted) {
    case undefined:
      return undefined;
    case Converted.UTF8:
    case Converted.ENUM:
    case Converted.JSON:
      return { type: { kind: "string" } };
    case Converted.DATE:
      return { type: { kind: "date" } };
    case Converted.DECIMAL:
      return decimal(precision, scale);
    case Converted.TIME_MILLIS:
      return { type: { kind: "time", unit: "us" }, unitsPerValue: 1000 };
    case Converted.TIME_MICROS:
      return { type: { kind: "time", unit: "us" } };
    case Converted.TIMESTAMP_MILLIS:
      return { type: { kind: "timestamp", unit: "us", utc: true }, unitsPerValue: 1000 };
    case Converted.TIMESTAMP_MICROS:
      return { type: { kind: "timestamp", unit: "us", utc: true } };
    case Converted.INT_8:
    case Converted.INT_16:
    case Converted.INT_32:
      return integer(32, true);
    case Converted.INT_64:
      return integer(64, true);
    case Converted.UINT_8:
    case Converted.UINT_16:
    case Converted.UINT_32:
      return integer(32, false);
    case Converted.UINT_64:
      return integer(64, false);
    default:
      return { refusal: `the converted type ${nameOf(Converted, converted)} is not read` };
  }
}

function decimal(precision: number, scale: number): Meaning {
  if (precision >= 1 && precision <= 38 && scale >= 0 && scale <= precision) {
    return { type: { kind: "decimal", precision, scale } };
  }
  return { refusal: `decimal(${precision},${scale}) is beyond 38 digits` };
}

function integer(width: number, isSigned: boolean): Meaning {
  if (width === 64)
    return isSigned ? { type: { kind: "int64" } } : { refusal: "unsigned 64-bit integers are not read" };
  return isSigned ? { type: { kind: "int32" } } : { type: { kind: "int64" }, isUnsigned: true };
}

function fits(type: LandType, physical: number): boolean {
  const allowed: readonly number[] = (() => {
    switch (type.kind) {
      case "boolean":
        return [Physical.BOOLEAN];
      case "int32":
      case "date":
        return [Physical.INT32];
      case "int64":
      case "time":
        return [Physical.INT32, Physical.INT64];
      case "timestamp":
        return [Physical.INT64, Physical.INT96];
      case "float64":
        return [Physical.FLOAT, Physical.DOUBLE];
      case "decimal":
        return [Physical.INT32, Physical.INT64, Physical.BYTE_ARRAY, Physical.FIXED_LEN_BYTE_ARRAY];
      case "string":
        return [Physical.BYTE_ARRAY];
      case "binary":
        return [Physical.BYTE_ARRAY, Physical.FIXED_LEN_BYTE_ARRAY];
      default:
        return type satisfies never;
    }
  })();
  return allowed.includes(physical);
}
