import type { Field, LandType, TimeUnit } from "@snowmelt/core/types";
import { Converted, Logical, Physical, Repetition, Unit } from "./format.ts";
import { physicalOf } from "./physical-type.ts";
import type { ThriftWriter } from "./thrift-writer.ts";

/**
 * A leaf of the schema. Converted types are written for readers that know no logical types, but only where they mean
 * the same: TIMESTAMP_MICROS and TIME_MICROS mean UTC, so a wall-clock column has none.
 */
export function writeSchemaElement(thrift: ThriftWriter, { name, type, nullable }: Field): void {
  const physical = physicalOf(type);
  thrift.i32(1, physical);
  if (physical === Physical.FIXED_LEN_BYTE_ARRAY) thrift.i32(2, 16);
  thrift.i32(3, nullable ? Repetition.OPTIONAL : Repetition.REQUIRED);
  thrift.string(4, name);
  const converted = convertedOf(type);
  if (converted !== undefined) thrift.i32(6, converted);
  if (type.kind === "decimal") {
    thrift.i32(7, type.scale);
    thrift.i32(8, type.precision);
  }
  writeLogicalType(thrift, type);
}

function convertedOf(type: LandType): number | undefined {
  switch (type.kind) {
    case "string":
      return Converted.UTF8;
    case "date":
      return Converted.DATE;
    case "decimal":
      return Converted.DECIMAL;
    case "timestamp":
      return type.utc && type.unit === "us" ? Converted.TIMESTAMP_MICROS : undefined;
    default:
      return undefined;
  }
}

function writeLogicalType(thrift: ThriftWriter, type: LandType): void {
  const annotate = (id: number, body = () => {}): void => thrift.struct(10, () => thrift.struct(id, body));
  const clock = (utc: boolean, unit: TimeUnit): void => {
    thrift.bool(1, utc);
    thrift.struct(2, () => thrift.struct(unit === "us" ? Unit.MICROS : Unit.NANOS, () => {}));
  };
  switch (type.kind) {
    case "string":
      return annotate(Logical.STRING);
    case "date":
      return annotate(Logical.DATE);
    case "time":
      return annotate(Logical.TIME, () => clock(false, type.unit));
    case "timestamp":
      return annotate(Logical.TIMESTAMP, () => clock(type.utc, type.unit));
    case "decimal":
      return annotate(Logical.DECIMAL, () => {
        thrift.i32(1, type.scale);
        thrift.i32(2, type.precision);
      });
    case "boolean":
    case "int32":
    case "int64":
    case "float64":
    case "binary":
      return;
    default:
      return type satisfies never;
  }
}
