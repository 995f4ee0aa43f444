import type { CastMode } from "./cast.ts";
import { numberText } from "./cast-text.ts";
import type { LogicalType } from "./logical-type.ts";
import { formatMoment } from "./moment-format.ts";
import { once } from "./once.ts";
import { physicalType } from "./physical.ts";
import type { Typed } from "./typed.ts";

type VectorType = Extract<LogicalType, { kind: "vector" }>;

/** The text a VARIANT's scalar stands for; JSON null is NULL. */
export function variantText(sql: string): string {
  return once(sql, (value) => `sf_json_scalar_text(${value})`);
}

/** JSON text (numbers protected) of any value. */
export function castToVariant(value: Typed): string | null {
  const { sql, type } = value;
  switch (type.kind) {
    case "variant":
    case "object":
    case "array":
      return sql;
    case "text":
    case "geometry":
      return `CAST(to_json(${sql}) AS VARCHAR)`;
    case "geography":
      return `sf_json_normal(${sql})`;
    case "number":
      return type.scale === 0 && type.precision <= 15
        ? `CAST(${sql} AS VARCHAR)`
        : `sf_decimal_json(${numberText(sql, type)})`;
    case "real":
      return `sf_real_json(${sql})`;
    case "boolean":
      return `CAST(${sql} AS VARCHAR)`;
    case "binary":
      return `CAST(to_json(hex(${sql})) AS VARCHAR)`;
    case "date":
      return `CAST(to_json(${formatMoment("YYYY-MM-DD", `sf_day_seconds(${sql})`, null)}) AS VARCHAR)`;
    case "time":
      return `CAST(to_json(${formatMoment("HH24:MI:SS", sql, null)}) AS VARCHAR)`;
    case "timestamp_ntz":
      return `CAST(to_json(${formatMoment("YYYY-MM-DD HH24:MI:SS.FF9", sql, null)}) AS VARCHAR)`;
    case "timestamp_ltz":
      return `CAST(to_json(${formatMoment("YYYY-MM-DD HH24:MI:SS.FF9", sql, null)} || ' Z') AS VARCHAR)`;
    case "timestamp_tz":
      return `CAST(to_json(${formatMoment("YYYY-MM-DD HH24:MI:SS.FF9 TZHTZM", `(${sql}.utc + CAST(CAST(${sql}."offset" AS INTEGER) * 60 AS DECIMAL(38,9)))`, `${sql}."offset"`)}) AS VARCHAR)`;
    case "vector":
      return `sf_vector_json(${sql})`;
    case "null":
      return sql;
    case "interval":
      return null;
    default:
      return type satisfies never;
  }
}

export function castToSemiStructured(
  value: Typed,
  target: { readonly kind: "object" | "array" },
  mode: CastMode,
): string | null {
  const { sql, type } = value;
  const opening = target.kind === "object" ? "{" : "[";
  if (type.kind === target.kind) return sql;
  if (type.kind === "vector" && target.kind === "array") return `sf_vector_json(${sql})`;
  if (type.kind === "geography" && target.kind === "object") return `sf_json_normal(${sql})`;
  if (type.kind !== "variant") return null;
  const failure = (value: string) =>
    mode.safe === true ? "NULL" : `sf_bad_variant(NULLIF(${value}, 'null'), '${target.kind.toUpperCase()}')`;
  return once(sql, (value) => `CASE WHEN starts_with(${value}, '${opening}') THEN ${value} ELSE ${failure(value)} END`);
}

export function castToVector(value: Typed, target: VectorType): string | null {
  if (value.type.kind !== "array" && value.type.kind !== "variant" && value.type.kind !== "vector") return null;
  if (value.type.kind === "vector")
    return value.type.dimension === target.dimension ? `CAST(${value.sql} AS ${physicalType(target)})` : null;
  const list = target.element === "int" ? "INTEGER[]" : "FLOAT[]";
  return `CAST(CAST(CAST(sf_json_text(${value.sql}) AS JSON) AS ${list}) AS ${physicalType(target)})`;
}
