import type { Value } from "./column-batch.ts";
import type { ColumnProfile } from "./column-profile.ts";
import { compareValues } from "./compare-values.ts";

/** The profile of two lots of rows together, column by column. An empty list is no rows at all. Pure. */
export function addProfiles(a: readonly ColumnProfile[], b: readonly ColumnProfile[]): readonly ColumnProfile[] {
  if (a.length === 0) return b;
  return b.map((more, index) => {
    const held = a[index];
    return held ? plus(held, more) : more;
  });
}

function plus(a: ColumnProfile, b: ColumnProfile): ColumnProfile {
  return {
    name: b.name,
    count: a.count + b.count,
    nullCount: a.nullCount + b.nullCount,
    nanCount: a.nanCount + b.nanCount,
    min: outer(a.min, b.min, -1),
    max: outer(a.max, b.max, 1),
    sum: a.sum === undefined ? b.sum : b.sum === undefined ? a.sum : a.sum + b.sum,
    lengthSum:
      a.lengthSum === undefined ? b.lengthSum : b.lengthSum === undefined ? a.lengthSum : a.lengthSum + b.lengthSum,
  };
}

function outer(a: Value, b: Value, sign: 1 | -1): Value {
  if (a === null || b === null) return a ?? b;
  return compareValues(a, b) * sign >= 0 ? a : b;
}
