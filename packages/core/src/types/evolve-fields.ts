import type { Field } from "./column-batch.ts";
import { landTypeText, sameLandType } from "./land-type.ts";

export type Evolution =
  | { readonly status: "same"; readonly fields: readonly Field[] }
  | {
      readonly status: "evolved";
      /** The table's fields afterwards: the old ones in their order, then the new ones. */
      readonly fields: readonly Field[];
      readonly added: readonly string[];
      /** Fields that were NOT NULL and may be NULL now. */
      readonly relaxed: readonly string[];
    }
  | { readonly status: "conflict"; readonly conflicts: readonly string[] };

/**
 * The fields of a table that takes in rows of other fields, by what Delta allows without rewriting: a new nullable field at
 * the end, a missing field (NULL), a relaxed NOT NULL. Another type, or a name that differs in case alone, is a conflict.
 */
export function evolveFields(current: readonly Field[], incoming: readonly Field[]): Evolution {
  const arriving = new Map(incoming.map((field) => [field.name, field]));
  const held = new Map(current.map((field) => [field.name.toLowerCase(), field]));
  const conflicts = incoming.flatMap((field) => conflictOf(held.get(field.name.toLowerCase()), field));
  if (conflicts.length > 0) return { status: "conflict", conflicts };
  const added = incoming.filter((field) => !held.has(field.name.toLowerCase()));
  const relaxed = current.filter((field) => !field.nullable && (arriving.get(field.name)?.nullable ?? true));
  if (added.length === 0 && relaxed.length === 0) return { status: "same", fields: current };
  const fields = [
    ...current.map((field) => (relaxed.includes(field) ? { ...field, nullable: true } : field)),
    ...added.map((field) => ({ ...field, nullable: true })),
  ];
  const names = (list: readonly Field[]) => list.map(({ name }) => name);
  return { status: "evolved", fields, added: names(added), relaxed: names(relaxed) };
}

/** Same names, types and nullability, in the same order. */
export function sameFields(a: readonly Field[], b: readonly Field[]): boolean {
  return (
    a.length === b.length &&
    a.every((field, index) => {
      const other = b[index];
      return (
        other !== undefined &&
        other.name === field.name &&
        other.nullable === field.nullable &&
        sameLandType(other.type, field.type)
      );
    })
  );
}

function conflictOf(held: Field | undefined, field: Field): string[] {
  if (!held) return [];
  if (held.name !== field.name)
    return [`the table has ${held.name}, what comes is ${field.name}: names differ in case alone`];
  if (sameLandType(held.type, field.type)) return [];
  return [`column ${field.name} is ${landTypeText(held.type)} in the table, ${landTypeText(field.type)} in what comes`];
}
