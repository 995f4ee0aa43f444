import { type ColumnBatch, type Field, isValid, valueAt } from "@snowmelt/core/types";
import { z } from "zod";

/** A sample as far as it has come, for another process to go on with. */
export const SampleState = z.object({
  columns: z.array(z.array(z.union([z.number(), z.string()]))),
  step: z.number(),
  seen: z.number(),
  kept: z.number(),
});
export type SampleState = z.infer<typeof SampleState>;

export interface Bucket {
  readonly label: string;
  readonly count: number;
}

/** An even sample of the rows of a run, for the value profiles of the report. Bounded: at most `maxRows` rows are kept. */
export interface ValueSample {
  observe(batch: ColumnBatch): void;
  /** One entry a field, in order. */
  histograms(): { sampledRows: number; histogram: Bucket[] | null }[];
  state(): SampleState;
}

const bucketCount = 24;
const topValues = 12;
const maxLabelLength = 40;

/** Rows that are kept of a table of this width: what they take in memory, and on their way to another process, is bounded. */
const rowsKept = (fields: readonly Field[]): number =>
  Math.max(500, Math.min(20_000, Math.floor(500_000 / Math.max(1, fields.length))));

export function openValueSample(
  fields: readonly Field[],
  { maxRows = rowsKept(fields), before }: { readonly maxRows?: number; readonly before?: SampleState | undefined } = {},
): ValueSample {
  const columns = fields.map((_, index): (number | string)[] => [...(before?.columns[index] ?? [])]);
  let { step, seen, kept } = before ?? { step: 1, seen: 0, kept: 0 };
  const thin = (): void => {
    for (const [index, values] of columns.entries()) columns[index] = values.filter((_, at) => at % 2 === 0);
    step *= 2;
    kept = Math.ceil(kept / 2);
  };
  return {
    observe(batch) {
      for (let row = (step - (seen % step)) % step; row < batch.rowCount; row += step) {
        for (const [index, field] of fields.entries()) {
          const value = sampleValue(field, batch, index, row);
          if (value !== undefined) columns[index]?.push(value);
        }
        kept++;
      }
      seen += batch.rowCount;
      while (kept > maxRows) thin();
    },
    state: () => ({ columns, step, seen, kept }),
    histograms: () =>
      fields.map((field, index) => ({ sampledRows: kept, histogram: histogramOf(field, columns[index] ?? []) })),
  };
}

function sampleValue(field: Field, batch: ColumnBatch, column: number, row: number): number | string | undefined {
  const vector = batch.columns[column];
  if (!vector || field.type.kind === "binary" || !isValid(vector, row)) return undefined;
  const value = valueAt(field.type, vector, row);
  switch (typeof value) {
    case "number":
      return Number.isFinite(value) ? value : undefined;
    case "bigint":
      return Number(value) / 10 ** (field.type.kind === "decimal" ? field.type.scale : 0);
    case "string":
      return value.length > maxLabelLength ? `${value.slice(0, maxLabelLength)}…` : value;
    case "boolean":
      return String(value);
    default:
      return undefined;
  }
}

function histogramOf(field: Field, values: readonly (number | string)[]): Bucket[] | null {
  if (values.length === 0) return null;
  const numbers = values.filter((value) => typeof value === "number");
  return numbers.length > 0 ? buckets(field, numbers) : mostFrequent(values.map(String));
}

function buckets(field: Field, values: readonly number[]): Bucket[] {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (value < min) min = value;
    if (value > max) max = value;
  }
  const width = (max - min) / bucketCount || 1;
  const counts = new Array<number>(min === max ? 1 : bucketCount).fill(0);
  for (const value of values) {
    const at = Math.min(counts.length - 1, Math.floor((value - min) / width));
    counts[at] = (counts[at] ?? 0) + 1;
  }
  return counts.map((count, at) => ({ label: numberLabel(field, min + at * width), count }));
}

/** A bucket's lower edge, as a person reads it. */
function numberLabel(field: Field, value: number): string {
  switch (field.type.kind) {
    case "date":
      return isoDate(value * 86_400_000);
    case "timestamp":
      return isoDate(value / (field.type.unit === "us" ? 1e3 : 1e6));
    default:
      return String(Number(value.toPrecision(6)));
  }
}

function isoDate(epochMs: number): string {
  const date = new Date(Math.floor(epochMs));
  return Number.isNaN(date.getTime()) ? String(epochMs) : date.toISOString().slice(0, 10);
}

/** Nothing where every value is its own: keys and free text have no useful shape. */
function mostFrequent(values: readonly string[]): Bucket[] | null {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  if (counts.size > values.length / 2 && counts.size > topValues) return null;
  const byCount = [...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  return byCount.slice(0, topValues).map(([label, count]) => ({ label, count }));
}
