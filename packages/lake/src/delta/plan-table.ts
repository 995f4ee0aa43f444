import type { Field } from "@snowmelt/core/types";
import { lakeError } from "../lake-error.ts";
import type { AddFile, MetaData, PartitionValues, RemoveFile, TableAction } from "./action.ts";
import type { CommitPlan } from "./commit-plan.ts";
import { samePartition } from "./find-conflict.ts";
import { planProtocolUpgrade, requiredProtocol } from "./protocol.ts";
import {
  type DeltaField,
  deltaTypeText,
  parseSchemaString,
  toDeltaFields,
  toLandFields,
  toSchemaString,
} from "./schema.ts";
import type { Snapshot } from "./snapshot.ts";

export interface NewTable {
  /** The table's identity: a UUID, drawn once. */
  readonly id: string;
  /** All columns, the partition columns included. */
  readonly fields: readonly Field[];
  readonly partitionColumns: readonly string[];
  readonly name?: string;
  readonly description?: string;
  /** Table properties such as `delta.appendOnly`. */
  readonly configuration?: Readonly<Record<string, string>>;
  readonly createdAtMs: number;
  /** What the first version already holds. */
  readonly files?: readonly AddFile[];
}

/** Version 0, with or without files. */
export function planCreateTable(table: NewTable): CommitPlan {
  const unknown = table.partitionColumns.find((column) => !table.fields.some(({ name }) => name === column));
  if (unknown !== undefined) {
    throw lakeError("DELTA_SCHEMA_INVALID", `The partition column ${unknown} is not among the table's columns.`);
  }
  if (table.fields.length === table.partitionColumns.length) {
    throw lakeError("DELTA_SCHEMA_INVALID", "A table needs a column that is not a partition column.");
  }
  const metaData: MetaData = {
    id: table.id,
    ...(table.name === undefined ? {} : { name: table.name }),
    ...(table.description === undefined ? {} : { description: table.description }),
    format: { provider: "parquet", options: {} },
    schemaString: toSchemaString(toDeltaFields(table.fields)),
    partitionColumns: [...table.partitionColumns],
    configuration: table.configuration ?? {},
    createdTime: table.createdAtMs,
  };
  const files = table.files ?? [];
  return {
    operation: files.length > 0 ? "CREATE TABLE AS SELECT" : "CREATE TABLE",
    operationParameters: { partitionBy: JSON.stringify(table.partitionColumns), isManaged: "false" },
    operationMetrics: fileMetrics(files, []),
    readVersion: undefined,
    tableId: undefined,
    isBlindAppend: true,
    conflictRule: { kind: "table" },
    actions: [{ protocol: requiredProtocol(table.fields) }, { metaData }, ...files.map((add) => ({ add }))],
  };
}

/** Adds files; others may do so at the same time. */
export function planAppend(snapshot: Snapshot, files: readonly AddFile[]): CommitPlan {
  return writePlan(snapshot, { files, removed: [], mode: "Append", conflictRule: { kind: "none" } });
}

/** Replaces all rows. A commit in between is a conflict. */
export function planOverwrite(snapshot: Snapshot, files: readonly AddFile[], nowMs: number): CommitPlan {
  const removed = [...snapshot.files.values()].map((add) => toRemove(add, nowMs));
  return writePlan(snapshot, { files, removed, mode: "Overwrite", conflictRule: { kind: "table" } });
}

/** Replaces the rows of the partitions named; every new file has to be in one of them. */
export function planReplacePartitions(
  snapshot: Snapshot,
  change: {
    readonly partitions: readonly PartitionValues[];
    readonly files: readonly AddFile[];
    readonly nowMs: number;
  },
): CommitPlan {
  const { partitions, files, nowMs } = change;
  const isNamed = (add: AddFile): boolean => partitions.some((asked) => samePartition(asked, add.partitionValues));
  const outside = files.find((add) => !isNamed(add));
  if (outside) {
    throw lakeError(
      "DELTA_COMMIT_INVALID",
      `${outside.path} has the partition ${JSON.stringify(outside.partitionValues)}, which is not among those being replaced: ${JSON.stringify(partitions)}.`,
    );
  }
  const removed = [...snapshot.files.values()].filter(isNamed).map((add) => toRemove(add, nowMs));
  const predicate = JSON.stringify(partitions);
  return writePlan(snapshot, {
    files,
    removed,
    mode: "Overwrite",
    predicate,
    conflictRule: { kind: "partitions", partitions },
  });
}

/** Gives the table the fields that an evolution ends at; rows are unchanged. See {@link withEvolvedSchema}. */
export function planEvolveSchema(snapshot: Snapshot, fields: readonly Field[]): CommitPlan {
  return {
    operation: "CHANGE SCHEMA",
    operationParameters: { columns: JSON.stringify(fields.map(({ name }) => name)) },
    readVersion: snapshot.version,
    tableId: snapshot.metaData.id,
    isBlindAppend: false,
    conflictRule: { kind: "none" },
    actions: toSchemaActions(snapshot, fields),
  };
}

/**
 * The plan, with the table given `fields` in the same commit: the table's own in their order, NOT NULL possibly relaxed,
 * then new nullable ones. DELTA_SCHEMA_INVALID for any other change.
 */
export function withEvolvedSchema(plan: CommitPlan, snapshot: Snapshot, fields: readonly Field[]): CommitPlan {
  return { ...plan, isBlindAppend: false, actions: [...toSchemaActions(snapshot, fields), ...plan.actions] };
}

/** The new `metaData`, and `protocol` when the types of the columns need another. Field metadata is kept. */
function toSchemaActions(snapshot: Snapshot, fields: readonly Field[]): readonly TableAction[] {
  const held = parseSchemaString(snapshot.metaData.schemaString);
  const next = toDeltaFields(fields);
  const evolved = held.map((column, index): DeltaField => {
    const wanted = next[index];
    const isAllowed =
      wanted?.name === column.name &&
      deltaTypeText(wanted.type) === deltaTypeText(column.type) &&
      (wanted.nullable || !column.nullable);
    if (!isAllowed) throw forbidden(column.name);
    return { ...column, nullable: wanted.nullable };
  });
  const added = next.slice(held.length);
  const required = added.find(({ nullable }) => !nullable);
  if (required) throw forbidden(required.name);
  const schemaString = toSchemaString([...evolved, ...added]);
  const protocol = planProtocolUpgrade(snapshot.protocol, fields);
  return [...(protocol ? [{ protocol }] : []), { metaData: { ...snapshot.metaData, schemaString } }];
}

function forbidden(column: string): Error {
  return lakeError(
    "DELTA_SCHEMA_INVALID",
    `Column ${column} cannot change that way: without rewriting a table, a column may be appended if it is nullable, or lose its NOT NULL.`,
    { details: { column } },
  );
}

/** A live file's removal, with what a vacuum and a restore need to know of it. */
export function toRemove(add: AddFile, nowMs: number): RemoveFile {
  return {
    path: add.path,
    deletionTimestamp: nowMs,
    dataChange: true,
    extendedFileMetadata: true,
    partitionValues: add.partitionValues,
    size: add.size,
  };
}

/** The table's columns as they are landed, in order; DELTA_TYPE_UNSUPPORTED for one that another writer made. */
export function snapshotFields(snapshot: Snapshot): readonly Field[] {
  return toLandFields(parseSchemaString(snapshot.metaData.schemaString));
}

function writePlan(
  snapshot: Snapshot,
  write: {
    readonly files: readonly AddFile[];
    readonly removed: readonly RemoveFile[];
    readonly mode: "Append" | "Overwrite";
    readonly predicate?: string;
    readonly conflictRule: CommitPlan["conflictRule"];
  },
): CommitPlan {
  const { files, removed, mode, predicate, conflictRule } = write;
  return {
    operation: "WRITE",
    operationParameters: {
      mode,
      partitionBy: JSON.stringify(snapshot.metaData.partitionColumns),
      ...(predicate === undefined ? {} : { predicate }),
    },
    operationMetrics: fileMetrics(files, removed),
    readVersion: snapshot.version,
    tableId: snapshot.metaData.id,
    isBlindAppend: mode === "Append",
    conflictRule,
    actions: [...removed.map((remove) => ({ remove })), ...files.map((add) => ({ add }))],
  };
}

export function fileMetrics(
  files: readonly AddFile[],
  removed: readonly RemoveFile[],
): Readonly<Record<string, string>> {
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  return { numFiles: `${files.length}`, numRemovedFiles: `${removed.length}`, numOutputBytes: `${bytes}` };
}
