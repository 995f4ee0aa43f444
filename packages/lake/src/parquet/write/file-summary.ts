import type { Field, Value } from "@snowmelt/core/types";
import type { Bound, Range, StoredValue } from "../format/bound.ts";

/** What is known of a column of a file. */
export interface ColumnSummary {
  readonly name: string;
  readonly nullCount: number;
  /** NaN values of a float64 column, which `min` and `max` leave out. */
  readonly nanCount: number;
  /** Null when there is no value but NULL and NaN. */
  readonly min: Value;
  /** Null when there is none, or when it was too long to keep. */
  readonly max: Value;
  /** False where long text or binary was cut: the true minimum is then above `min`, the true maximum below `max`. */
  readonly isMinExact: boolean;
  readonly isMaxExact: boolean;
}

export interface ParquetFileSummary {
  readonly rowCount: number;
  readonly bytes: number;
  readonly rowGroups: readonly { readonly rowCount: number; readonly bytes: number }[];
  /** In the order of the fields. */
  readonly columns: readonly ColumnSummary[];
}

export interface ColumnTotals {
  readonly nullCount: number;
  readonly nanCount: number;
  readonly range: Range | undefined;
}

export function summarizeColumn(field: Field, { nullCount, nanCount, range }: ColumnTotals): ColumnSummary {
  return {
    name: field.name,
    nullCount,
    nanCount,
    min: toValue(field, range?.min),
    max: toValue(field, range?.max),
    isMinExact: range?.min.exact ?? true,
    isMaxExact: range === undefined || (range.max?.exact ?? false),
  };
}

const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });

function toValue({ type }: Field, bound: Bound | undefined): Value {
  const value: StoredValue | undefined = bound?.value;
  if (value === undefined) return null;
  return value instanceof Uint8Array && type.kind === "string" ? utf8.decode(value) : value;
}
