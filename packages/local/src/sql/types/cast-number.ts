import type { CastMode } from "./cast.ts";
import type { LogicalType } from "./logical-type.ts";
import { once } from "./once.ts";
import { physicalType } from "./physical.ts";
import type { Typed } from "./typed.ts";

type NumberType = Extract<LogicalType, { kind: "number" }>;

export function castToNumber(value: Typed, target: NumberType, mode: CastMode): string | null {
  const { sql, type } = value;
  const physical = physicalType(target);
  switch (type.kind) {
    case "number":
    case "real":
      return mode.safe === true ? `TRY_CAST(${sql} AS ${physical})` : `CAST(${sql} AS ${physical})`;
    case "boolean":
      return `CAST(CASE WHEN ${sql} THEN 1 WHEN NOT ${sql} THEN 0 END AS ${physical})`;
    case "text":
      return once(sql, (x) =>
        read(`sf_number_text(${x})`, physical, mode.safe === true ? null : `sf_bad_number(${x})`),
      );
    case "variant":
      return once(sql, (v) =>
        read(
          `sf_number_text(sf_variant_number(${v}))`,
          physical,
          mode.safe === true ? null : `sf_bad_variant(NULLIF(${v}, 'null'), 'FIXED')`,
        ),
      );
    default:
      return null;
  }
}

export function castToReal(value: Typed, mode: CastMode): string | null {
  const { sql, type } = value;
  switch (type.kind) {
    case "real":
      return sql;
    case "number":
      return `CAST(${sql} AS DOUBLE)`;
    case "boolean":
      return `CAST(CAST(${sql} AS INTEGER) AS DOUBLE)`;
    case "text":
      return once(sql, (x) => read(`sf_float_text(${x})`, "DOUBLE", mode.safe === true ? null : `sf_bad_float(${x})`));
    case "variant":
      return once(sql, (v) =>
        read(
          `sf_float_text(sf_variant_number(${v}))`,
          "DOUBLE",
          mode.safe === true ? null : `sf_bad_variant(NULLIF(${v}, 'null'), 'REAL')`,
        ),
      );
    default:
      return null;
  }
}

function read(textSql: string, physical: string, failure: string | null): string {
  const tried = `TRY_CAST(${textSql} AS ${physical})`;
  return failure === null ? tried : `COALESCE(${tried}, ${failure})`;
}
