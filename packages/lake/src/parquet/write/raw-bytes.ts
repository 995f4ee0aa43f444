import type { ColumnVector } from "@snowmelt/core/types";
import { plainWidth } from "../format/physical-type.ts";

/**
 * Bytes of rows [from, to) as uncompressed values, NULLs counted like values. The measure by which pages, row groups
 * and files are cut: it grows with every row and needs no look at the values.
 */
export function rawBytesOf(vector: ColumnVector, from: number, to: number): number {
  const fixed = (to - from) * plainWidth(vector.storage);
  if (vector.storage !== "bytes") return fixed;
  return fixed + (vector.offsets[to] ?? 0) - (vector.offsets[from] ?? 0);
}

/** The largest `end` in [from, to] with `bytesTo(end) <= budget`, where `bytesTo` never falls. */
export function lastRowWithin(from: number, to: number, budget: number, bytesTo: (end: number) => number): number {
  if (bytesTo(to) <= budget) return to;
  let within = from;
  let beyond = to;
  while (beyond - within > 1) {
    const middle = (within + beyond) >> 1;
    if (bytesTo(middle) <= budget) within = middle;
    else beyond = middle;
  }
  return within;
}
