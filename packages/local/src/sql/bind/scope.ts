import { ambiguousColumn, invalidIdentifier, type SourcePlace } from "../failures.ts";
import { printPath } from "../quote.ts";
import type { Expression } from "../syntax/tree.ts";
import type { Typed } from "../types/typed.ts";

export interface ScopeColumn {
  readonly name: string;
  readonly value: Typed;
}

export interface ScopeRelation {
  /** The alias, or the table's own name. */
  readonly name: string | null;
  /** Database, schema and table, when columns may be qualified by them. */
  readonly path: readonly string[] | null;
  readonly columns: readonly ScopeColumn[];
  /** Columns that a star leaves out: a USING column's second copy. */
  readonly hidden?: ReadonlySet<string>;
}

/** What names mean at one level of a query; `parent` is the enclosing query, for correlated subqueries. */
export interface Scope {
  readonly parent: Scope | null;
  readonly relations: ScopeRelation[];
  /** USING columns, which stand for both sides. */
  readonly merged: Map<string, Typed>;
  /** The select list's aliases, for use beside each other. */
  readonly aliases: Map<string, Expression>;
  /** Aliases being expanded: one that names itself means the column. */
  readonly expanding: Set<string>;
  /**
   * SQL of the zoned timestamps that the query is grouped by. Groups are told apart by instant, so outside of an aggregate
   * such an expression stands for any of the group's values.
   */
  readonly instants: Set<string>;
}

export function openScope(parent: Scope | null): Scope {
  return { parent, relations: [], merged: new Map(), aliases: new Map(), expanding: new Set(), instants: new Set() };
}

/** Finds a column by its dotted name, here or in an enclosing query; undefined when there is none. */
export function findColumn(scope: Scope, path: readonly string[], place: SourcePlace): Typed | undefined {
  for (let level: Scope | null = scope; level !== null; level = level.parent) {
    const found = findHere(level, path, place);
    if (found !== undefined) return found;
  }
  return undefined;
}

export function columnAt(scope: Scope, qualifier: string | null, index: number, place: SourcePlace): Typed {
  const relations =
    qualifier === null ? scope.relations : scope.relations.filter((relation) => relation.name === qualifier);
  const column = relations.flatMap((relation) => relation.columns)[index - 1];
  if (column === undefined) throw invalidIdentifier(place, `$${index}`);
  return column.value;
}

/** The relations a qualifier such as `t` or `db.schema.t` names. */
export function relationsNamed(scope: Scope, qualifier: readonly string[]): readonly ScopeRelation[] {
  return scope.relations.filter((relation) => matches(relation, qualifier));
}

function findHere(scope: Scope, path: readonly string[], place: SourcePlace): Typed | undefined {
  const name = path.at(-1) ?? "";
  const qualifier = path.slice(0, -1);
  const merged = qualifier.length === 0 ? scope.merged.get(name) : undefined;
  if (merged !== undefined) return merged;
  const found = scope.relations
    .filter((relation) => qualifier.length === 0 || matches(relation, qualifier))
    .flatMap((relation) => relation.columns.filter((column) => column.name === name));
  if (found.length > 1) throw ambiguousColumn(place, printPath(path));
  return found[0]?.value;
}

function matches(relation: ScopeRelation, qualifier: readonly string[]): boolean {
  if (qualifier.length === 1 && relation.name === qualifier[0]) return true;
  if (relation.path === null || relation.path.length < qualifier.length) return false;
  return relation.path.slice(-qualifier.length).every((part, index) => part === qualifier[index]);
}
