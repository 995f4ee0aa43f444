import type { ObjectStore } from "@snowmelt/core/ports";
import { type Field, openProfiler, type Value } from "@snowmelt/core/types";
import {
  type ColumnSummary,
  type FooterColumn,
  type ParquetFileSummary,
  type ParquetFooter,
  readParquet,
  summarizeFooter,
} from "../parquet/index.ts";

/**
 * What a footer proves of a file's columns, in the order of the fields. Bounds that are not there, or that may be wrong, are
 * null and not exact. A column whose NULLs the footer does not count, or a time without bounds, is read instead.
 */
export async function summarizeFile(
  store: ObjectStore,
  footer: ParquetFooter,
  { fields, signal }: { readonly fields: readonly Field[]; readonly signal?: AbortSignal | undefined },
): Promise<ParquetFileSummary> {
  const whole = summarizeFooter(footer);
  const groups = footer.rowGroups.map((group) => summarizeFooter({ ...footer, rowGroups: [group] }));
  const columns: ColumnSummary[] = [];
  for (const field of fields) {
    const at = whole.columns.findIndex(({ name }) => name === field.name);
    const told = whole.columns[at];
    const isSound = groups.every(({ columns: ofGroup }) => isInOrder(ofGroup[at]));
    const summary = told && fromFooter(field, isSound ? told : { ...told, min: undefined, max: undefined });
    columns.push(summary ?? (await measureColumn(store, footer, { field, signal })));
  }
  const rowGroups = footer.rowGroups.map(({ rowCount, bytes }) => ({ rowCount, bytes }));
  return { rowCount: footer.rowCount, bytes: footer.bytes, rowGroups, columns };
}

/**
 * Writers are known that compared decimals byte by byte, as if none were negative: then a range whose lower bound is above
 * the upper is what shows it, for where all values have one sign that order is right.
 */
function isInOrder(column: FooterColumn | undefined): boolean {
  const { min, max } = column ?? {};
  if (min instanceof Uint8Array && max instanceof Uint8Array) return Buffer.compare(min, max) <= 0;
  if (typeof min === "string" && typeof max === "string")
    return Buffer.compare(Buffer.from(min), Buffer.from(max)) <= 0;
  return min === undefined || max === undefined || min === null || max === null || min <= max;
}

function fromFooter({ name, type }: Field, told: FooterColumn): ColumnSummary | undefined {
  const { nullCount, min, max, isMinExact, isMaxExact } = told;
  const hasBounds = min !== undefined && max !== undefined;
  if (nullCount === undefined || (!hasBounds && isTime(type))) return undefined;
  // Whether there are NaN a footer does not tell, and they lie outside all bounds.
  if (!hasBounds || type.kind === "float64") return { name, nullCount, nanCount: 0, ...unknownBounds };
  return { name, nullCount, nanCount: 0, min, max, isMinExact, isMaxExact };
}

const unknownBounds = { min: null, max: null, isMinExact: false, isMaxExact: false } as const;
const isTime = ({ kind }: Field["type"]): boolean => kind === "date" || kind === "timestamp";

async function measureColumn(
  store: ObjectStore,
  footer: ParquetFooter,
  { field, signal }: { readonly field: Field; readonly signal?: AbortSignal | undefined },
): Promise<ColumnSummary> {
  const fields = [{ ...field, nullable: true }];
  const profiler = openProfiler(fields);
  const options = { fields, footer, ...(signal ? { signal } : {}) };
  for await (const batch of readParquet(store, footer.key, options)) profiler.add(batch);
  const [profile] = profiler.profiles();
  const { nullCount = 0, nanCount = 0 } = profile ?? {};
  const bound = (value: Value | undefined): Value => value ?? null;
  return {
    name: field.name,
    nullCount,
    nanCount,
    min: bound(profile?.min),
    max: bound(profile?.max),
    isMinExact: true,
    isMaxExact: true,
  };
}
