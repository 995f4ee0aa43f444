import { coreError } from "../errors/index.ts";
import type { Field } from "./column-batch.ts";
import type { LandType } from "./land-type.ts";
import { deltaMapping } from "./mapping-delta.ts";
import { parquetMapping } from "./mapping-parquet.ts";
import { parseSnowflakeColumnType, type SnowflakeType, snowflakeTypeText } from "./snowflake-type.ts";
import type { SourceColumn } from "./source-table.ts";

/** Where rows are landed; each has one mapping table. */
export type LandTarget = "delta" | "parquet";
export type TypeMapping = (type: SnowflakeType) => LandType;

/** What a definition may say of one column. Every lossy choice has a name here; without one, loss is an error. */
export type ColumnOverride =
  /** A NUMBER held in 64 bits; a value outside, or a fraction, fails. */
  | { readonly kind: "integer" }
  /** A NUMBER held as this decimal; a value that does not fit exactly fails. */
  | { readonly kind: "decimal"; readonly precision: number; readonly scale: number }
  /** Any type held as Snowflake's canonical text of it. */
  | { readonly kind: "text" }
  | { readonly kind: "timestamp"; readonly nanos?: NanosPolicy; readonly offset?: OffsetPolicy };

/** Digits below the microsecond: an error where there are any (default), dropped, or kept in `<column>_nanos` (0 to 999). */
export type NanosPolicy = "fail" | "truncate" | "keep";
/** The zone offset of a TIMESTAMP_TZ: kept in `<column>_offset_minutes` (default), dropped, or an error where it is not 0. */
export type OffsetPolicy = "keep" | "truncate" | "fail";

/** One landed column and what it is made of. One source column makes one to three. */
export interface LandedColumn {
  readonly field: Field;
  /** The source column's exact name. */
  readonly source: string;
  readonly sourceType: SnowflakeType;
  readonly part: LandedPart;
}

export type LandedPart =
  | { readonly kind: "value" }
  /** Micros of a timestamp or time, with what to do about finer digits and about the offset. */
  | { readonly kind: "micros"; readonly nanos: NanosPolicy; readonly offset: OffsetPolicy }
  /** Snowflake's canonical text. */
  | { readonly kind: "text" }
  | { readonly kind: "nanos" }
  | { readonly kind: "offsetMinutes" };

type TimestampType = { readonly kind: "timestamp_ntz" | "timestamp_ltz" | "timestamp_tz"; readonly scale: number };

const mappings: Readonly<Record<LandTarget, TypeMapping>> = { delta: deltaMapping, parquet: parquetMapping };

/**
 * The columns a source lands as, in the source's order; pure. Throws TYPE_UNSUPPORTED for an override that does not go with
 * the column's type. Names are the source's own: collisions and characters are checked by `checkColumnNames`.
 */
export function planLanding(
  columns: readonly SourceColumn[],
  overrides: Readonly<Record<string, ColumnOverride>>,
  target: LandTarget,
): LandedColumn[] {
  return columns.flatMap(([source, typeText]) => {
    const { type, nullable } = parseSnowflakeColumnType(typeText);
    const override = Object.hasOwn(overrides, source) ? overrides[source] : undefined;
    return landColumn({ source, type, nullable, override, mapping: mappings[target] });
  });
}

interface ColumnToLand {
  readonly source: string;
  readonly type: SnowflakeType;
  readonly nullable: boolean;
  readonly override: ColumnOverride | undefined;
  readonly mapping: TypeMapping;
}

function landColumn({ source, type, nullable, override, mapping }: ColumnToLand): LandedColumn[] {
  const landed = (name: string, landType: LandType, part: LandedPart): LandedColumn => ({
    field: { name, type: landType, nullable },
    source,
    sourceType: type,
    part,
  });
  const refuse = (expected: string) =>
    coreError(
      "TYPE_UNSUPPORTED",
      `Column ${JSON.stringify(source)}: ${override?.kind}() goes with ${expected}, but the column is ${snowflakeTypeText(type)}.`,
    );
  switch (override?.kind) {
    case "integer":
      if (type.kind !== "number") throw refuse("NUMBER");
      return [landed(source, { kind: "int64" }, { kind: "value" })];
    case "decimal": {
      if (type.kind !== "number" && type.kind !== "decfloat") throw refuse("NUMBER or DECFLOAT");
      const { precision, scale } = override;
      return [landed(source, { kind: "decimal", precision, scale }, { kind: "value" })];
    }
    case "text":
      return [landed(source, { kind: "string" }, { kind: "text" })];
    case "timestamp":
      if (!isTimestamp(type)) throw refuse("TIMESTAMP_NTZ, TIMESTAMP_LTZ or TIMESTAMP_TZ");
      break;
    case undefined:
      break;
    default:
      override satisfies never;
  }
  const landType = mapping(type);
  if (landType.kind === "string") return [landed(source, landType, { kind: type.kind === "text" ? "value" : "text" })];
  if (!isTimestamp(type)) {
    return [
      landed(
        source,
        landType,
        type.kind === "time" ? { kind: "micros", nanos: "fail", offset: "keep" } : { kind: "value" },
      ),
    ];
  }
  const nanos = override?.nanos ?? "fail";
  const offset = override?.offset ?? "keep";
  const result = [landed(source, landType, { kind: "micros", nanos, offset })];
  if (nanos === "keep" && type.scale > 6) result.push(landed(`${source}_nanos`, { kind: "int32" }, { kind: "nanos" }));
  if (offset === "keep" && type.kind === "timestamp_tz") {
    result.push(landed(`${source}_offset_minutes`, { kind: "int32" }, { kind: "offsetMinutes" }));
  }
  return result;
}

function isTimestamp(type: SnowflakeType): type is TimestampType {
  return type.kind === "timestamp_ntz" || type.kind === "timestamp_ltz" || type.kind === "timestamp_tz";
}
