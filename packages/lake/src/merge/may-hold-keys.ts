import type { Field, Value } from "@snowmelt/core/types";
import type { AddFile } from "../delta/action.ts";
import type { DataFile } from "../land/landed-file.ts";
import { snapshotMicrosOf } from "../land/read-times.ts";
import { parsePartitionText } from "../partition/partition-value.ts";
import { parseStats } from "../stats/parse-stats.ts";
import type { WindowKeys } from "./window-keys.ts";

type Bounds = { readonly min: Value | undefined; readonly max: Value | undefined };

/**
 * Tells from statistics alone whether a file of the table may hold one of the window's keys. Only key columns count, for
 * an update may move a row to another partition. Statistics of other writers are not believed: some are wrong for large
 * decimals, and a wrong answer here would leave a row twice.
 */
export function openKeyFilter(
  { landed, keyFields, rowCount }: WindowKeys,
  sortedFirst: BigInt64Array | undefined,
): (add: AddFile) => boolean {
  const boxes = landed.map((file) => keyFields.map((field) => landedBounds(file, field)));
  return (add) => {
    if (rowCount === 0) return false;
    if (snapshotMicrosOf(add) === undefined) return true;
    const held = tableBounds(add, keyFields);
    const mayMeet = boxes.some((box) => box.every((bounds, at) => overlaps(bounds, held[at])));
    return mayMeet && holdsSorted(sortedFirst, held[0]);
  };
}

function landedBounds(file: DataFile, field: Field): Bounds {
  const value = ownText(file.partitionValues, field.name);
  if (value !== undefined) return exactly(parsePartitionText(field, value));
  const column = file.summary.columns.find(({ name }) => name === field.name);
  return { min: column?.min ?? undefined, max: column?.max ?? undefined };
}

function tableBounds(add: AddFile, keyFields: readonly Field[]): readonly Bounds[] {
  const stats = parseStats(add.stats, keyFields);
  return keyFields.map((field) => {
    const value = ownText(add.partitionValues, field.name);
    if (value !== undefined) return exactly(parsePartitionText(field, value));
    const column = stats?.columns.get(field.name);
    return { min: column?.min, max: column?.max };
  });
}

const exactly = (value: Value): Bounds => ({ min: value ?? undefined, max: value ?? undefined });

function ownText(values: Readonly<Record<string, string | null>>, name: string): string | null | undefined {
  return Object.hasOwn(values, name) ? values[name] : undefined;
}

function overlaps(a: Bounds, b: Bounds | undefined): boolean {
  return !isBelow(a.max, b?.min) && !isBelow(b?.max, a.min);
}

/** False when either is not known. */
function isBelow(a: Value | undefined, b: Value | undefined): boolean {
  if (a === undefined || b === undefined || a === null || b === null) return false;
  if (typeof a === "string" && typeof b === "string") return Buffer.compare(Buffer.from(a), Buffer.from(b)) < 0;
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Buffer.compare(a, b) < 0;
  return a < b;
}

function holdsSorted(sorted: BigInt64Array | undefined, bounds: Bounds | undefined): boolean {
  const [min, max] = [toBigint(bounds?.min), toBigint(bounds?.max)];
  if (!sorted || min === undefined || max === undefined) return true;
  let [from, to] = [0, sorted.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((sorted[middle] ?? 0n) < min) from = middle + 1;
    else to = middle;
  }
  const next = sorted[from];
  return next !== undefined && next <= max;
}

function toBigint(value: Value | undefined): bigint | undefined {
  return typeof value === "bigint" ? value : typeof value === "number" ? BigInt(value) : undefined;
}
