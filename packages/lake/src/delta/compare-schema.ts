import { evolveFields, type Field, landTypeText, sameLandType } from "@snowmelt/core/types";
import type { MetaData } from "./action.ts";
import { type DeltaField, deltaTypeText, parseSchemaString, toLandType } from "./schema.ts";

export type SchemaComparison =
  | { readonly kind: "equal"; readonly fields: readonly Field[] }
  /** The table can take the rows in once it has these fields: nullable columns appended, or NOT NULL relaxed. */
  | {
      readonly kind: "evolvable";
      readonly fields: readonly Field[];
      readonly added: readonly string[];
      readonly relaxed: readonly string[];
    }
  | {
      readonly kind: "incompatible";
      readonly column: string;
      readonly reason: "type" | "case" | "partitioning";
      readonly expected: string;
      readonly found: string;
      readonly message: string;
    };

type Incompatible = Extract<SchemaComparison, { kind: "incompatible" }>;

/**
 * Compares a table with what is to be landed in it: `fields` are all columns, the partition columns included. The order
 * of columns is not compared, for readers find them by name, and one that the table alone has becomes NULL.
 */
export function compareSchema(
  table: Pick<MetaData, "schemaString" | "partitionColumns">,
  incoming: { readonly fields: readonly Field[]; readonly partitionColumns: readonly string[] },
): SchemaComparison {
  const held = parseSchemaString(table.schemaString);
  const found =
    findDifference(held, incoming.fields) ?? comparePartitions(table.partitionColumns, incoming.partitionColumns);
  if (found) return found;
  const current = held.map(({ name, type, nullable }): Field => ({ name, type: toLandType(type) ?? other, nullable }));
  const evolution = evolveFields(current, incoming.fields);
  if (evolution.status === "same") return { kind: "equal", fields: evolution.fields };
  if (evolution.status === "evolved") {
    return { kind: "evolvable", fields: evolution.fields, added: evolution.added, relaxed: evolution.relaxed };
  }
  return differs("", "type", "the table's columns", evolution.conflicts.join("; "));
}

/** Stands for the type of a column that only another writer's files have. */
const other = { kind: "binary" } as const;

function findDifference(held: readonly DeltaField[], incoming: readonly Field[]): Incompatible | undefined {
  for (const field of incoming) {
    const same = held.find(({ name }) => name.toLowerCase() === field.name.toLowerCase());
    if (!same) continue;
    if (same.name !== field.name) return differs(field.name, "case", same.name, field.name);
    const type = toLandType(same.type);
    if (type && sameLandType(type, field.type)) continue;
    return differs(field.name, "type", type ? landTypeText(type) : deltaTypeText(same.type), landTypeText(field.type));
  }
  return undefined;
}

function comparePartitions(held: readonly string[], incoming: readonly string[]): Incompatible | undefined {
  const [expected, found] = [held.join(", "), incoming.join(", ")];
  if (expected === found) return undefined;
  const column = incoming[0] ?? held[0] ?? "";
  return differs(column, "partitioning", `partitioned by (${expected})`, `partitioned by (${found})`);
}

function differs(column: string, reason: Incompatible["reason"], expected: string, found: string): Incompatible {
  const message = `Column ${column}: the table has ${expected}, the incoming data has ${found}.`;
  return { kind: "incompatible", column, reason, expected, found, message };
}
