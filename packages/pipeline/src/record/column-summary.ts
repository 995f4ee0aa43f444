import { decimalText, type Field, landTypeText, type Value, valueText } from "@snowmelt/core/types";
import type { ColumnSummary } from "../manifest.ts";
import type { ArrivedColumn } from "../stages/compare-source.ts";
import type { Bucket } from "./value-sample.ts";

const maxTextLength = 120;

/** A column of the landed rows for the manifest and the report. */
export function columnSummary(
  field: Field,
  profile: ArrivedColumn | undefined,
  sample: { readonly sampledRows: number; readonly histogram: Bucket[] | null } | undefined,
): ColumnSummary {
  const { type, name } = field;
  const { count = 0, nullCount = 0, min, max, sum } = profile ?? {};
  return {
    name,
    type: landTypeText(type),
    rows: count + nullCount,
    nulls: nullCount,
    min: shown(field, min ?? null),
    max: shown(field, max ?? null),
    sum: sum === undefined || !hasSum(field) ? null : decimalText(sum, type.kind === "decimal" ? type.scale : 0),
    sampledRows: sample?.sampledRows ?? 0,
    histogram: sample?.histogram ?? null,
  };
}

/** Adding up moments says nothing to a person. */
const hasSum = ({ type }: Field): boolean => ["int32", "int64", "decimal", "boolean"].includes(type.kind);

function shown({ type }: Field, value: Value): string | null {
  if (value === null) return null;
  const text = valueText(type, value);
  return text.length > maxTextLength ? `${text.slice(0, maxTextLength)}…` : text;
}
