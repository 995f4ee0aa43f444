import type { Field } from "@snowmelt/core/types";
import type { AddFile } from "../delta/action.ts";
import { isAbsoluteDataPath } from "../delta/data-path.ts";
import type { Snapshot } from "../delta/snapshot.ts";
import { lakeError } from "../lake-error.ts";
import { type BoundPredicate, bindPredicate, predicateColumns } from "./bind-predicate.ts";
import { openFileBounds, partitionBounds } from "./file-bounds.ts";
import { mayMatch, unknownBounds } from "./may-match.ts";
import type { Predicate } from "./predicate.ts";
import { readableFields } from "./readable-fields.ts";

export interface ReadQuestion {
  /** Columns of the rows, in that order. @default all */
  readonly columns?: readonly string[];
  /** The rows wanted, by partition columns and others alike. @default all */
  readonly where?: Predicate;
}

/** What a read will fetch. */
export interface ReadPlan {
  readonly version: number;
  /** Of the batches. */
  readonly fields: readonly Field[];
  /** What is read: `fields`, then those that only the predicate needs. */
  readonly scanFields: readonly Field[];
  readonly predicate: BoundPredicate | undefined;
  readonly files: readonly { readonly path: string; readonly add: AddFile }[];
  /** Live files that are not read, because their partition or their statistics rule every row out. */
  readonly skippedFiles: { readonly byPartition: number; readonly byStatistics: number };
}

/** A state that can be read: its files, and its columns of these names, or all. */
export interface ReadableState {
  readonly version: number;
  readonly files: ReadonlyMap<string, AddFile>;
  readonly fieldsOf: (columns?: readonly string[]) => readonly Field[];
}

/** Decides which files a read needs, from the log alone. Pure; the predicate is checked against the columns. */
export function planRead(snapshot: Snapshot, question: ReadQuestion = {}): ReadPlan {
  return planStateRead({ ...snapshot, fieldsOf: (columns) => readableFields(snapshot, columns) }, question);
}

/** The same of a state whose log is of another form. */
export function planStateRead(state: ReadableState, question: ReadQuestion = {}): ReadPlan {
  const { columns, where } = question;
  const fields = state.fieldsOf(columns);
  const wanted = where ? predicateColumns(where) : new Set<string>();
  const extra = [...wanted].filter((name) => !fields.some((field) => field.name === name));
  const scanFields = [...fields, ...state.fieldsOf(extra)];
  const predicate = where && bindPredicate(where, scanFields);
  const files: { readonly path: string; readonly add: AddFile }[] = [];
  const skipped = { byPartition: 0, byStatistics: 0 };
  for (const [path, add] of state.files) {
    if (predicate && !mayMatch(predicate, (field) => partitionBounds(add, field) ?? unknownBounds)) {
      skipped.byPartition++;
    } else if (predicate && !mayMatch(predicate, openFileBounds(add, scanFields))) skipped.byStatistics++;
    else if (isAbsoluteDataPath(path)) throw elsewhere(path);
    else files.push({ path, add });
  }
  return { version: state.version, fields, scanFields, predicate, files, skippedFiles: skipped };
}

const elsewhere = (path: string) =>
  lakeError(
    "DELTA_UNSUPPORTED",
    `The table names the file ${path}, which is not below its root and is not read here.`,
    {
      details: { path },
    },
  );
