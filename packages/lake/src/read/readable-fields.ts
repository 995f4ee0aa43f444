import type { Field } from "@snowmelt/core/types";
import { type DeltaField, deltaTypeText, parseSchemaString, toLandType } from "../delta/schema.ts";
import type { Snapshot } from "../delta/snapshot.ts";
import { lakeError } from "../lake-error.ts";
import { findField } from "./bind-predicate.ts";

/** A column of a table: how its values are read, or why they are not. */
type ReadableColumn = { readonly field: Field } | { readonly refused: DeltaField };

/**
 * The columns asked for, or all, as they are read: those that we land, and `byte`, `short` and `float` of other writers,
 * widened without loss. DELTA_TYPE_UNSUPPORTED for a nested column, unless it is left out.
 */
export function readableFields(snapshot: Snapshot, columns?: readonly string[]): readonly Field[] {
  const all = parseSchemaString(snapshot.metaData.schemaString).map(toReadable);
  const names = columns ?? all.map((column) => ("field" in column ? column.field.name : column.refused.name));
  return names.map((name) => {
    const refused = all.find((column) => "refused" in column && column.refused.name === name);
    if (refused && "refused" in refused) throw unsupported(refused.refused);
    return findField(
      all.flatMap((column) => ("field" in column ? [column.field] : [])),
      name,
    );
  });
}

const widened: Readonly<Record<string, Field["type"]>> = {
  byte: { kind: "int32" },
  short: { kind: "int32" },
  float: { kind: "float64" },
};

function toReadable(column: DeltaField): ReadableColumn {
  const { name, type, nullable } = column;
  const known =
    toLandType(type) ?? (typeof type === "string" && Object.hasOwn(widened, type) ? widened[type] : undefined);
  return known ? { field: { name, type: known, nullable } } : { refused: column };
}

const unsupported = ({ name, type }: DeltaField) =>
  lakeError(
    "DELTA_TYPE_UNSUPPORTED",
    `Column ${name} has the Delta type ${deltaTypeText(type)}, which is not read here. Name the columns to read, without it.`,
    { details: { column: name, type: deltaTypeText(type) } },
  );
