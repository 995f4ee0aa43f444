import { evolveFields, type Field, sameFields } from "@snowmelt/core/types";
import type { PartitionValues } from "../delta/action.ts";
import type { ConflictRule } from "../delta/commit-plan.ts";
import { samePartition } from "../delta/find-conflict.ts";
import { lakeError } from "../lake-error.ts";
import type { PlainFile, PlainManifest } from "./manifest-file.ts";
import type { PlainSnapshot } from "./plain-snapshot.ts";

/** A change to a plain Parquet table, decided upon one version; nothing is written by making it. */
export interface PlainPlan {
  readonly operation: PlainManifest["operation"];
  /** The version it was decided upon; undefined when it makes the table. */
  readonly readVersion: number | undefined;
  readonly conflictRule: Exclude<ConflictRule, { kind: "keys" }>;
  readonly table: PlainManifest["table"];
  readonly columnsChanged: boolean;
  readonly add: readonly PlainFile[];
  /** Live files that go. */
  readonly remove: readonly PlainFile[];
}

export interface NewPlainTable {
  /** The table's identity: a UUID, drawn once. */
  readonly id: string;
  readonly name: string;
  /** All columns, the partition columns included. */
  readonly fields: readonly Field[];
  readonly partitionColumns: readonly string[];
  readonly createdAtMs: number;
  readonly files: readonly PlainFile[];
}

/** Version 0. */
export function planPlainTable({ fields, partitionColumns, files, ...table }: NewPlainTable): PlainPlan {
  const unknown = partitionColumns.find((column) => !fields.some(({ name }) => name === column));
  if (unknown !== undefined) throw refused(`The partition column ${unknown} is none of the table's columns.`);
  if (fields.length === partitionColumns.length)
    throw refused("A table needs a column that is not a partition column.");
  return {
    operation: "create",
    readVersion: undefined,
    conflictRule: { kind: "table" },
    table: { ...table, columns: [...fields], partitionColumns: [...partitionColumns] },
    columnsChanged: true,
    add: files,
    remove: [],
  };
}

/** Adds files; others may do so at the same time. `fields` gives the table nullable columns that it has not. */
export function planPlainAppend(
  snapshot: PlainSnapshot,
  files: readonly PlainFile[],
  fields: readonly Field[] = snapshot.table.columns,
): PlainPlan {
  return { ...write(snapshot, evolved(snapshot, fields)), operation: "append", add: files };
}

/**
 * Replaces all rows. A commit in between is a conflict. `fields` may be any: no file that has others is left. What the table
 * is partitioned by stays, for a catalog keeps partitions under their keys.
 */
export function planPlainOverwrite(
  snapshot: PlainSnapshot,
  files: readonly PlainFile[],
  fields: readonly Field[] = snapshot.table.columns,
): PlainPlan {
  const gone = snapshot.table.partitionColumns.find((column) => !fields.some(({ name }) => name === column));
  if (gone !== undefined)
    throw refused(`The table is partitioned by ${gone}, which the new columns have not. Land it under another name.`);
  return {
    ...write(snapshot, fields),
    operation: "overwrite",
    conflictRule: { kind: "table" },
    add: files,
    remove: [...snapshot.files.values()],
  };
}

/** Replaces the rows of the partitions named; every new file has to be in one of them. A partition may end up empty. */
export function planPlainReplace(
  snapshot: PlainSnapshot,
  change: { readonly partitions: readonly PartitionValues[]; readonly files: readonly PlainFile[] },
): PlainPlan {
  const { partitions, files } = change;
  const isNamed = ({ partitionValues }: PlainFile): boolean =>
    partitions.some((asked) => samePartition(asked, partitionValues));
  const outside = files.find((file) => !isNamed(file));
  if (outside)
    throw refused(
      `${outside.path} has the partition ${JSON.stringify(outside.partitionValues)}, which is not among those being replaced: ${JSON.stringify(partitions)}.`,
    );
  return {
    ...write(snapshot, snapshot.table.columns),
    operation: "replacePartitions",
    conflictRule: { kind: "partitions", partitions },
    add: files,
    remove: [...snapshot.files.values()].filter(isNamed),
  };
}

function write(snapshot: PlainSnapshot, fields: readonly Field[]) {
  const columns = [...fields];
  return {
    readVersion: snapshot.version,
    conflictRule: { kind: "none" } as const,
    table: { ...snapshot.table, columns },
    columnsChanged: !sameFields(columns, snapshot.table.columns),
    remove: [],
  };
}

function evolved({ table }: PlainSnapshot, fields: readonly Field[]): readonly Field[] {
  const evolution = evolveFields(table.columns, fields);
  if (evolution.status !== "conflict") return evolution.fields;
  throw refused(
    `The rows to be added do not go with the table's columns: ${evolution.conflicts.join("; ")}. Land them under another name, or replace all rows.`,
  );
}

function refused(message: string): Error {
  return lakeError("PLAIN_PLAN_INVALID", message);
}
