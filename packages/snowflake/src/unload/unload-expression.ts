import { type LandedColumn, landTypeText, type SnowflakeType, snowflakeTypeText } from "@snowmelt/core/types";
import { cellExpression } from "../cell-expression.ts";
import { type Guard, guardZero } from "./unload-guard.ts";

/** The SQL of a landed column, or why an unload cannot land it as a stream does. */
export type UnloadExpression =
  | { readonly kind: "sql"; readonly sql: string }
  | { readonly kind: "refused"; readonly reason: string };

/**
 * What COPY INTO has to select so that its Parquet column is the landed one, value for value. The outermost cast names the
 * type that Snowflake writes: BIGINT is INT64 and INT is INT32 in Parquet, NUMBER(p,s) is DECIMAL(p,s), and a bare FLOAT
 * column is DOUBLE (a cast to FLOAT would make it 32 bits). Texts are those of {@link cellExpression}, so that both routes
 * land one text. `index` is the column's among the landed, for the message of a value that does not fit.
 */
export function unloadExpression(landed: LandedColumn, column: string, index: number): UnloadExpression {
  const { field, sourceType, part } = landed;
  switch (part.kind) {
    case "text":
      return sql(cellExpression(column, sourceType));
    case "value":
      return valueExpression(landed, column, index);
    case "micros":
      return field.type.kind === "time"
        ? timeExpression(landed, column, index)
        : instantExpression(landed, column, index);
    case "nanos":
      return sql(`CAST(MOD(DATE_PART(NANOSECOND, ${column}), 1000) AS INT)`);
    case "offsetMinutes":
      return sql(`CAST(${offsetMinutes(column)} AS INT)`);
    default:
      return part satisfies never;
  }
}

function valueExpression({ field, sourceType }: LandedColumn, column: string, index: number): UnloadExpression {
  const { type } = field;
  switch (type.kind) {
    case "int64":
      return sourceType.kind === "number"
        ? sql(`CAST(${withGuards(column, integerGuards(sourceType, column, index))} AS BIGINT)`)
        : refused(sourceType, landTypeText(type));
    case "decimal":
      // How DECFLOAT is rounded on its way to NUMBER is documented nowhere.
      return sourceType.kind === "number"
        ? sql(
            `CAST(${withGuards(column, decimalGuards(sourceType, type, { column, index }))} AS NUMBER(${type.precision},${type.scale}))`,
          )
        : refused(sourceType, landTypeText(type));
    case "float64":
    case "boolean":
    case "date":
    case "string":
    case "binary":
      return sql(column);
    case "int32":
    case "time":
    case "timestamp":
      return refused(sourceType, landTypeText(type));
    default:
      return type satisfies never;
  }
}

type NumberType = Extract<SnowflakeType, { kind: "number" }>;

function integerGuards({ precision, scale }: NumberType, column: string, index: number): Guard[] {
  const text = `TO_VARCHAR(${column})`;
  const bits = `${column} < ${-(2n ** 63n)} OR ${column} > ${2n ** 63n - 1n}`;
  return [
    ...(scale > 0 ? [{ bad: `${column} <> TRUNC(${column})`, reason: "fraction", column: index, text } as const] : []),
    ...(precision - scale > 18 ? [{ bad: bits, reason: "bits", column: index, text } as const] : []),
  ];
}

function decimalGuards(
  from: NumberType,
  to: { readonly precision: number; readonly scale: number },
  { column, index }: { readonly column: string; readonly index: number },
): Guard[] {
  const text = `TO_VARCHAR(${column})`;
  const wholeDigits = to.precision - to.scale;
  const bad = `ABS(${column}) >= 1${"0".repeat(wholeDigits)}`;
  return [
    ...(from.scale > to.scale
      ? [{ bad: `${column} <> TRUNC(${column}, ${to.scale})`, reason: "fraction", column: index, text } as const]
      : []),
    ...(from.precision - from.scale > wholeDigits ? [{ bad, reason: "digits", column: index, text } as const] : []),
  ];
}

function withGuards(column: string, guards: readonly Guard[]): string {
  return [column, ...guards.map(guardZero)].join(" + ");
}

function instantExpression({ sourceType, part }: LandedColumn, column: string, index: number): UnloadExpression {
  if (part.kind !== "micros" || !("scale" in sourceType) || !isTimestamp(sourceType))
    return refused(sourceType, "timestamp");
  const text = cellExpression(column, sourceType);
  const utc = sourceType.kind === "timestamp_ntz" ? column : `CONVERT_TIMEZONE('UTC', ${column})::TIMESTAMP_NTZ`;
  const isFine = sourceType.scale > 6;
  const guards: Guard[] = [
    ...(isFine && part.nanos === "fail" ? [{ bad: finer(column), reason: "fine", column: index, text } as const] : []),
    ...(sourceType.kind === "timestamp_tz" && part.offset === "fail"
      ? [{ bad: `${offsetMinutes(column)} <> 0`, reason: "offset", column: index, text } as const]
      : []),
  ];
  // A cast to fewer digits may round; what is cut is cut before.
  const cut = isFine && part.nanos !== "fail" ? `DATE_TRUNC('MICROSECOND', ${utc})` : utc;
  const guarded = guards.reduce((value, guard) => `DATEADD(NANOSECOND, ${guardZero(guard)}, ${value})`, cut);
  return sql(`CAST(${guarded} AS TIMESTAMP_NTZ(6))`);
}

function timeExpression({ sourceType }: LandedColumn, column: string, index: number): UnloadExpression {
  if (sourceType.kind !== "time") return refused(sourceType, "time");
  const text = cellExpression(column, sourceType);
  const guard: Guard = { bad: finer(column), reason: "fine", column: index, text };
  return sql(
    `CAST(${sourceType.scale > 6 ? `TIMEADD(NANOSECOND, ${guardZero(guard)}, ${column})` : column} AS TIME(6))`,
  );
}

const finer = (column: string): string => `MOD(DATE_PART(NANOSECOND, ${column}), 1000) <> 0`;

/** By the wall clocks, because the signs of TIMEZONE_HOUR and TIMEZONE_MINUTE of -00:30 are documented nowhere. */
const offsetMinutes = (column: string): string =>
  `DATEDIFF(MINUTE, CONVERT_TIMEZONE('UTC', ${column})::TIMESTAMP_NTZ, ${column}::TIMESTAMP_NTZ)`;

function isTimestamp(type: SnowflakeType): boolean {
  return type.kind === "timestamp_ntz" || type.kind === "timestamp_ltz" || type.kind === "timestamp_tz";
}

const sql = (text: string): UnloadExpression => ({ kind: "sql", sql: text });

const refused = (from: SnowflakeType, to: string): UnloadExpression => ({
  kind: "refused",
  reason: `${snowflakeTypeText(from)} is not cast to ${to} by the server in a way that is known to be exact`,
});
