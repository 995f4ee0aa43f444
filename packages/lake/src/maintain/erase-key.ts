import type { Field } from "@snowmelt/core/types";
import type { AddFile } from "../delta/action.ts";
import type { Snapshot } from "../delta/snapshot.ts";
import { lakeError } from "../lake-error.ts";
import { snapshotMicrosOf } from "../land/read-times.ts";
import { type BoundPredicate, bindPredicate, predicateColumns } from "../read/bind-predicate.ts";
import { openFileBounds, partitionBounds } from "../read/file-bounds.ts";
import { mayMatch, unknownBounds } from "../read/may-match.ts";
import { and, compare, type Literal, or } from "../read/predicate.ts";
import { readableFields } from "../read/readable-fields.ts";

/** Which rows are meant: for each, the columns that tell it apart and their values. */
export type ErasedKey = Readonly<Record<string, Literal>>;

/** Keys in the terms of a table. */
export interface BoundKeys {
  readonly fields: readonly Field[];
  readonly predicate: BoundPredicate;
  /** By statistics that Snowmelt wrote alone: those of others are not believed where a row would be left. */
  readonly mayHold: (add: AddFile) => boolean;
}

/** READ_PREDICATE_INVALID without a key, for a column that is not there, or a value that its type does not hold. Pure. */
export function bindKeys(snapshot: Snapshot, keys: readonly ErasedKey[]): BoundKeys {
  if (keys.length === 0 || keys.some((key) => Object.keys(key).length === 0)) {
    throw lakeError("READ_PREDICATE_INVALID", "Expected a key to erase, such as { ID: 42 }, got one without a column.");
  }
  const where = or(...keys.map((key) => and(...Object.entries(key).map(([name, value]) => compare(name, "=", value)))));
  const fields = readableFields(snapshot, [...predicateColumns(where)]);
  const predicate = bindPredicate(where, fields);
  const mayHold = (add: AddFile): boolean => {
    const isBelieved = snapshotMicrosOf(add) !== undefined;
    return mayMatch(
      predicate,
      isBelieved ? openFileBounds(add, fields) : (field) => partitionBounds(add, field) ?? unknownBounds,
    );
  };
  return { fields, predicate, mayHold };
}
