import { type Field, type Value, valueText } from "@snowmelt/core/types";
import type { ParquetFileSummary } from "../parquet/index.ts";
import type { ColumnRefusal } from "./accept-column.ts";

const firstDay = -719_162n;
const lastDay = 2_932_896n;
const dayMicros = 86_400_000_000n;

/** What the values of a file must not be, by their counts and bounds: NULL in a column that has none, or times of no ISO year. */
export function refuseValues(fields: readonly Field[], { columns }: ParquetFileSummary): readonly ColumnRefusal[] {
  return fields.flatMap((field): readonly ColumnRefusal[] => {
    const summary = columns.find(({ name }) => name === field.name);
    if (!summary) return [];
    const { nullCount, min, max } = summary;
    if (!field.nullable && nullCount > 0)
      return [{ column: field.name, expected: "no NULL", found: `${nullCount} NULL` }];
    const outside = [min, max].find((value) => isOutside(field, value));
    if (outside === undefined) return [];
    return [{ column: field.name, expected: "times of the years 0001 to 9999", found: valueText(field.type, outside) }];
  });
}

function isOutside({ type }: Field, value: Value): boolean {
  const perDay = unitsPerDay(type);
  if (value === null || perDay === undefined) return false;
  const units = BigInt(String(value));
  return units < firstDay * perDay || units >= (lastDay + 1n) * perDay;
}

function unitsPerDay(type: Field["type"]): bigint | undefined {
  if (type.kind === "date") return 1n;
  if (type.kind !== "timestamp") return undefined;
  return type.unit === "us" ? dayMicros : dayMicros * 1000n;
}
