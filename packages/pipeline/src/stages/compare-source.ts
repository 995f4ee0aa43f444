import { decimalText, type Field, type Value, valueText } from "@snowmelt/core/types";
import type { ColumnProfile as SourceColumnProfile, SourceProfile } from "@snowmelt/snowflake";
import type { Check } from "../manifest.ts";

/** What is known of the values of a column that arrived; what is undefined is not. */
export interface ArrivedColumn {
  readonly name: string;
  /** NULLs aside. */
  readonly count: number;
  readonly nullCount: number;
  readonly nanCount: number | undefined;
  /** Null when there is no value. */
  readonly min: Value | undefined;
  readonly max: Value | undefined;
  readonly sum: bigint | undefined;
  readonly lengthSum: number | undefined;
}

export interface SourceComparison {
  readonly checks: Check[];
  /** What could not be compared, and why; for the report. */
  readonly notCompared: string[];
}

/**
 * The source's own aggregates against the same numbers of the rows that arrived; every comparison is exact. A column that did
 * not arrive is a check that fails. Pure.
 */
export function compareSource(
  source: SourceProfile,
  fields: readonly Field[],
  profiles: readonly ArrivedColumn[],
): SourceComparison {
  const checks: Check[] = [];
  const notCompared: string[] = [];
  for (const asked of source.columns) {
    const index = fields.findIndex(({ name }) => name === asked.field);
    const [field, arrived] = [fields[index], profiles[index]];
    if (!field || !arrived) {
      const values = String(asked.valueCount);
      const name = `${asked.field}: values at the source = of the rows that arrived`;
      checks.push({ name, expected: values, actual: "no such column", passed: false });
      continue;
    }
    checks.push(...compareColumn(field, asked, arrived));
    if (asked.max !== undefined && (arrived.nanCount ?? 0) > 0)
      notCompared.push(`${field.name}: least and greatest, as NaN is the greatest at the source and stands apart here`);
  }
  return { checks, notCompared };
}

function compareColumn(field: Field, asked: SourceColumnProfile, arrived: ArrivedColumn): Check[] {
  const check = (what: string, expected: string, actual: string): Check => ({
    name: `${field.name}: ${what} at the source = of the rows that arrived`,
    expected,
    actual,
    passed: expected === actual,
  });
  const checks = [check("values", String(asked.valueCount), String(arrived.count))];
  if (asked.sum !== undefined && arrived.sum !== undefined) {
    const scale = field.type.kind === "decimal" ? field.type.scale : 0;
    checks.push(check("sum", sameScale(asked.sum ?? "0", scale), decimalText(arrived.sum, scale)));
  }
  // For Snowflake NaN is the greatest of all; here it stands apart.
  if (asked.min !== undefined && arrived.min !== undefined && arrived.nanCount === 0)
    checks.push(check("min", shown(field, asked.min), shown(field, arrived.min)));
  if (asked.max !== undefined && arrived.max !== undefined && arrived.nanCount === 0)
    checks.push(check("max", shown(field, asked.max), shown(field, arrived.max)));
  if (asked.length !== undefined && arrived.lengthSum !== undefined) {
    checks.push(check("length", String(asked.length ?? 0), String(arrived.lengthSum)));
  }
  return checks;
}

/** -0 and 0 are equal at the source. */
const shown = ({ type }: Field, value: Value): string => valueText(type, value === 0 ? 0 : value);

/** Digits as the source gives them, with exactly `scale` of them behind the point; unchanged where that would lose one. */
function sameScale(digits: string, scale: number): string {
  const [whole = "", fraction = ""] = digits.split(".");
  if (fraction.length > scale)
    return fraction.slice(scale).replace(/0/g, "") === ""
      ? sameScale(`${whole}.${fraction.slice(0, scale)}`, scale)
      : digits;
  return scale === 0 ? whole : `${whole}.${fraction.padEnd(scale, "0")}`;
}
