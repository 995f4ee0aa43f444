import { type CastMode, cast } from "../types/cast.ts";
import { commonType } from "../types/common-type.ts";
import { BOOLEAN, isSemiStructured, REAL, TEXT } from "../types/logical-type.ts";
import { type Typed, typed } from "../types/typed.ts";

export type Comparison = "=" | "<>" | "<" | "<=" | ">" | ">=" | "IS DISTINCT FROM" | "IS NOT DISTINCT FROM";

/** Compares two values after bringing them to one type; zoned timestamps compare by instant. */
export function compare(op: Comparison, left: Typed, right: Typed, mode: CastMode): Typed {
  const type = comparedType(left, right);
  const a = comparable(cast(left, type, mode));
  const b = comparable(cast(right, type, mode));
  return typed(`(${a} ${op} ${b})`, BOOLEAN, left.nullable || right.nullable);
}

/** What a value is ordered and matched by. */
export function comparable(value: Typed): string {
  if (value.type.kind === "timestamp_tz") return `${wrapped(value.sql)}.utc`;
  return isSemiStructured(value.type) ? `sf_json_text(${value.sql})` : value.sql;
}

/** What rows are grouped by: zoned timestamps by instant. */
export function groupKey(value: Typed): string {
  return value.type.kind === "timestamp_tz" ? comparable(value) : value.sql;
}

function comparedType(left: Typed, right: Typed): Typed["type"] {
  const variant = left.type.kind === "variant" ? right.type : right.type.kind === "variant" ? left.type : null;
  if (variant === null || variant.kind === "variant" || isSemiStructured(variant))
    return commonType(left.type, right.type);
  if (variant.kind === "number") return variantNumber(variant);
  return variant.kind === "text" ? TEXT : variant;
}

/** A VARIANT number may have any fraction: compare exactly with room for it. */
function variantNumber(type: Typed["type"] & { readonly kind: "number" }): Typed["type"] {
  const scale = Math.max(type.scale, Math.min(12, 38 - (type.precision - type.scale)));
  return scale < 6 ? REAL : { kind: "number", precision: 38, scale };
}

function wrapped(sql: string): string {
  return /^[a-z]\w*\.\w+$/.test(sql) ? sql : `(${sql})`;
}
