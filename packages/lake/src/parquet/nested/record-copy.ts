import type { SchemaNode } from "../read/schema-tree.ts";
import type { LeafColumn } from "./leaf-column.ts";
import { type LeafCursor, openLeafCursor } from "./leaf-cursor.ts";
import { forbidden, type LevelStep, mapLevels } from "./level-map.ts";
import type { LeafGroup } from "./read-leaves.ts";
import type { RecordNode } from "./record-schema.ts";

/** Rows of a column of one row group of another file, to be written anew as they are, without an object a row. */
export interface RecordCopy {
  /** In the order of the schema that is written. */
  readonly leaves: readonly LeafCopy[];
}

export type LeafCopy =
  | {
      readonly kind: "held";
      readonly column: LeafColumn;
      /** Definition level that is written for each that was read. */
      readonly levels: Uint8Array;
      readonly cursor: LeafCursor;
    }
  /** The other file has no such leaf: every row has this definition level. */
  | { readonly kind: "absent"; readonly definition: number };

/**
 * `node` of `group` as rows of `column`. Undefined when they cannot be taken as they are: other types or another nesting,
 * or something missing that `column` asks for. Rows that have nothing of `node` must not be copied. Goes over the group
 * once, forward; open another for the next time.
 */
export function openRecordCopy(column: RecordNode, node: SchemaNode, group: LeafGroup): RecordCopy | undefined {
  const leaves: LeafCopy[] = [];
  const isSame = pair(column, node, { to: [], from: [] }, { group, leaves });
  return isSame ? { leaves } : undefined;
}

interface Steps {
  readonly to: readonly LevelStep[];
  readonly from: readonly number[];
}

interface Pairing {
  readonly group: LeafGroup;
  readonly leaves: LeafCopy[];
}

/** Adds the leaves below to those of the pairing; false when the two are not of one shape. */
function pair(column: RecordNode, node: SchemaNode | undefined, above: Steps, pairing: Pairing): boolean {
  if (!node) return pairAbsent(column, above, pairing.leaves);
  const own = below(above, { mayBeAbsent: column.nullable, node });
  if (column.kind === "value") return pairLeaf(column.type.kind, node, own, pairing);
  if (column.kind === "struct") {
    const children = column.children.map((child) => ({
      child,
      node: node.children.find(({ name }) => name === child.name),
    }));
    return !node.isRepeated && children.every(({ child, node: found }) => pair(child, found, own, pairing));
  }
  const [repeated] = node.children;
  if (node.isRepeated || node.children.length !== 1 || !repeated?.isRepeated) return false;
  const inside = below(own, { mayBeAbsent: true, node: repeated });
  return (
    repeated.children.length === column.children.length &&
    column.children.every((child, index) => pair(child, repeated.children[index], inside, pairing))
  );
}

function pairLeaf(kind: string, node: SchemaNode, { to, from }: Steps, { group, leaves }: Pairing): boolean {
  const column = group.columns.get(node);
  if (!column || node.isRepeated || node.leaf?.type?.kind !== kind) return false;
  if (column.repetitions && column.repetitions[0] !== 0) return false;
  const levels = mapLevels(from, to);
  for (const level of column.definitions) if (levels[level] === forbidden) return false;
  leaves.push({ kind: "held", column, levels, cursor: openLeafCursor(column) });
  return true;
}

/** Below the top-level column alone: what is missing deeper down could be missing in some of a row's entries. */
function pairAbsent(column: RecordNode, above: Steps, leaves: LeafCopy[]): boolean {
  if (!column.nullable || above.to.length !== 1) return false;
  for (let left = leafCount(column); left > 0; left--) {
    leaves.push({ kind: "absent", definition: above.to[0]?.definition ?? 0 });
  }
  return true;
}

function below(
  { to, from }: Steps,
  { mayBeAbsent, node }: { readonly mayBeAbsent: boolean; readonly node: SchemaNode },
): Steps {
  const definition = (to.at(-1)?.definition ?? 0) + (mayBeAbsent ? 1 : 0);
  return { to: [...to, { definition, mayBeAbsent }], from: [...from, node.maxDefinition] };
}

const leafCount = (column: RecordNode): number =>
  column.kind === "value" ? 1 : column.children.reduce((total, child) => total + leafCount(child), 0);
