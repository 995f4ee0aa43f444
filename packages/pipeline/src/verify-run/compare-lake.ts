import { type ColumnProfile, decimalText, type Field, type Value, valueText } from "@snowmelt/core/types";
import type { ColumnTotals } from "@snowmelt/lake/delta";
import type { ColumnProfile as SourceColumnProfile, SourceProfile } from "@snowmelt/snowflake";
import { compared, notChecked } from "./rung-check.ts";
import type { Rung, RungCheck } from "./verification.ts";

/** What the lake says of a column. Undefined is "not said". */
export interface LakeColumn {
  readonly name: string;
  readonly valueCount: number | undefined;
  readonly min: Value | undefined;
  readonly max: Value | undefined;
  readonly sum: bigint | undefined;
  readonly length: number | undefined;
  /** Undefined of footers, which do not tell NaN. */
  readonly nanCount: number | undefined;
}

export const ofTotals = (totals: ColumnTotals): LakeColumn => ({
  ...totals,
  sum: undefined,
  length: undefined,
  nanCount: undefined,
});

export const ofProfile = ({ name, count, min, max, sum, lengthSum, nanCount }: ColumnProfile): LakeColumn => ({
  name,
  valueCount: count,
  min,
  max,
  sum,
  length: lengthSum,
  nanCount,
});

/** What footers tell of a column, with the rows that were set aside. */
export function withAside(totals: ColumnTotals, aside: readonly ColumnProfile[]): LakeColumn {
  const held = ofTotals(totals);
  const more = aside.find(({ name }) => name === totals.name);
  if (!more) return { ...held, valueCount: undefined, min: undefined, max: undefined };
  return {
    ...held,
    valueCount: held.valueCount === undefined ? undefined : held.valueCount + more.count,
    min: outer(held.min, more.min, -1),
    max: outer(held.max, more.max, 1),
  };
}

/** The source is asked for extremes of numbers, booleans, dates and times alone: those of texts are not compared. */
function outer(a: Value | undefined, b: Value, sign: 1 | -1): Value | undefined {
  if (a === undefined || typeof a === "string" || a instanceof Uint8Array) return undefined;
  if (a === null || b === null) return a ?? b;
  return (sign === 1 ? a >= b : a <= b) ? a : b;
}

/**
 * The source's aggregates against the lake's, column by column: each number that the source was asked for is compared
 * exactly, or is not checked, and why. Pure.
 */
export function compareLake(
  source: Pick<SourceProfile, "columns">,
  fields: readonly Field[],
  lake: readonly LakeColumn[],
  rung: Rung = "source",
): RungCheck[] {
  return source.columns.flatMap((asked) => {
    const field = fields.find(({ name }) => name === asked.field);
    const held = lake.find(({ name }) => name === asked.field);
    if (!field || !held)
      return compared(rung, {
        name: "values",
        subject: asked.field,
        expected: `${asked.valueCount}`,
        actual: "no such column",
      });
    return compareColumn(rung, field, { asked, held });
  });
}

function compareColumn(
  rung: Rung,
  field: Field,
  { asked, held }: { readonly asked: SourceColumnProfile; readonly held: LakeColumn },
): RungCheck[] {
  const subject = field.name;
  const compare = (name: string, expected: string, actual: string | undefined, because: string): RungCheck =>
    actual === undefined
      ? notChecked(rung, { name, subject, because })
      : compared(rung, { name, subject, expected, actual });
  const checks = [
    compare("values", `${asked.valueCount}`, held.valueCount?.toString(), "a footer does not count the NULLs"),
  ];
  if (asked.min !== undefined && asked.max !== undefined) {
    const nanUnknown = field.type.kind === "float64" && held.nanCount === undefined;
    const because = nanUnknown
      ? "a footer does not tell NaN, which is the greatest at the source; a deep look does"
      : held.nanCount
        ? "NaN is the greatest at the source and stands apart here"
        : "a footer does not bound the column exactly";
    const text = (value: Value | undefined): string | undefined =>
      value === undefined || nanUnknown || held.nanCount ? undefined : shown(field, value);
    checks.push(compare("least", shown(field, asked.min), text(held.min), because));
    checks.push(compare("greatest", shown(field, asked.max), text(held.max), because));
  }
  const deepAlone = "footers do not add up values; a deep look does";
  if (asked.sum !== undefined) {
    const scale = field.type.kind === "decimal" ? field.type.scale : 0;
    const expected = scaled(asked.sum ?? "0", scale);
    checks.push(compare("sum", expected, held.sum === undefined ? undefined : decimalText(held.sum, scale), deepAlone));
  }
  if (asked.length !== undefined)
    checks.push(compare("length", `${asked.length ?? 0}`, held.length?.toString(), deepAlone));
  return checks;
}

/** -0 and 0 are equal at the source. */
export const shown = ({ type }: Field, value: Value): string => valueText(type, value === 0 ? 0 : value);

/** Digits with exactly `scale` of them behind the point; as they are where that would lose one. */
export function scaled(digits: string, scale: number): string {
  const [whole = "", fraction = ""] = digits.split(".");
  if (/[^0]/.test(fraction.slice(scale))) return digits;
  return scale === 0 ? whole : `${whole}.${fraction.slice(0, scale).padEnd(scale, "0")}`;
}
