import { type ColumnProfile, decimalText, type Field } from "@snowmelt/core/types";
import { valueText } from "../value-text/value-text.ts";
import { type Check, check } from "./check.ts";

/** Compares two profiles of the same columns, column by column. Pure. */
export function compareProfiles(
  fields: readonly Field[],
  expected: readonly ColumnProfile[],
  actual: readonly ColumnProfile[],
): readonly Check[] {
  return fields.map((field) => {
    const [wanted, found] = [expected, actual].map((profiles) => profiles.find(({ name }) => name === field.name));
    const compared = { expected: profileText(field, wanted), actual: profileText(field, found) };
    return { ...check("values", field.name, compared), passed: wanted !== undefined && isSame(wanted, found) };
  });
}

function isSame(a: ColumnProfile, b: ColumnProfile | undefined): boolean {
  if (!b) return false;
  const sameValue = (x: ColumnProfile["min"], y: ColumnProfile["min"]): boolean =>
    x instanceof Uint8Array && y instanceof Uint8Array ? Buffer.compare(x, y) === 0 : x === y;
  return (
    a.count === b.count &&
    a.nullCount === b.nullCount &&
    a.nanCount === b.nanCount &&
    a.sum === b.sum &&
    a.lengthSum === b.lengthSum &&
    sameValue(a.min, b.min) &&
    sameValue(a.max, b.max)
  );
}

function profileText({ type }: Field, profile: ColumnProfile | undefined): string {
  if (!profile) return "no such column";
  const { count, nullCount, nanCount, min, max, sum, lengthSum } = profile;
  const parts = [`${count} values`, `${nullCount} NULL`];
  if (nanCount > 0) parts.push(`${nanCount} NaN`);
  if (min !== null) parts.push(`${valueText(type, min)} to ${valueText(type, max)}`);
  if (sum !== undefined) parts.push(`sum ${type.kind === "decimal" ? decimalText(sum, type.scale) : sum}`);
  if (lengthSum !== undefined) parts.push(`length ${lengthSum}`);
  return parts.join(", ");
}
