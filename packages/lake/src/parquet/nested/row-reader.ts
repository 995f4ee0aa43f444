import { isAscii } from "node:buffer";
import type { ColumnVector } from "@snowmelt/core/types";
import type { SchemaNode } from "../read/schema-tree.ts";
import type { LeafColumn } from "./leaf-column.ts";
import type { LeafGroup } from "./read-leaves.ts";

/**
 * What a row has of a node: null where it is NULL, a string, number, bigint (64 bits) or boolean, an object for a struct,
 * a record for a map, an array for a list. Nothing is made before it is asked for.
 */
export type RowReader = (row: number) => unknown;

/** Leaves that were not read are left out of structs. Structs inside maps and lists are not read. */
export function openRowReader(node: SchemaNode, group: LeafGroup): RowReader {
  if (node.leaf) {
    const column = group.columns.get(node);
    return column ? openValueReader(column) : () => null;
  }
  const [repeated] = node.children;
  if (node.children.length === 1 && repeated?.isRepeated) return openRepeatedReader(node, repeated, group);
  const children = node.children.flatMap((child) =>
    leavesBelow(child).some((leaf) => group.columns.has(leaf))
      ? { name: child.name, read: openRowReader(child, group) }
      : [],
  );
  const isPresent = openPresence(node, group);
  return (row) => {
    if (!isPresent(row)) return null;
    const record: Record<string, unknown> = {};
    for (const { name, read } of children) record[name] = read(row);
    return record;
  };
}

/** Whether a row has the node at all. */
export function openPresence(node: SchemaNode, group: LeafGroup): (row: number) => boolean {
  const leaf = leavesBelow(node).find((candidate) => group.columns.has(candidate));
  const column = leaf && group.columns.get(leaf);
  if (!column) return () => false;
  const starts = column.repetitions && rowStarts(column.repetitions, group.rowCount);
  return (row) => (column.definitions[starts ? (starts[row] ?? 0) : row] ?? 0) >= node.maxDefinition;
}

export function leavesBelow(node: SchemaNode): readonly SchemaNode[] {
  return node.leaf ? [node] : node.children.flatMap(leavesBelow);
}

/** A map's repeated group has key and value; a list's has its element, or is the element itself. */
function openRepeatedReader(node: SchemaNode, repeated: SchemaNode, group: LeafGroup): RowReader {
  const leaves = leavesBelow(repeated);
  const [first, second] = leaves.map((leaf) => group.columns.get(leaf));
  if (!first?.repetitions) return () => null;
  const { definitions } = first;
  const starts = rowStarts(first.repetitions, group.rowCount);
  const keys = openValueReader(first);
  const values = second && openValueReader(second);
  return (row) => {
    const from = starts[row] ?? 0;
    const to = starts[row + 1] ?? from;
    if ((definitions[from] ?? 0) < node.maxDefinition) return null;
    const isEmpty = (definitions[from] ?? 0) < repeated.maxDefinition;
    if (leaves.length === 1) return isEmpty ? [] : Array.from({ length: to - from }, (_, index) => keys(from + index));
    const record: Record<string, unknown> = {};
    for (let entry = from; entry < to && !isEmpty; entry++) {
      const key = String(keys(entry));
      const value = values?.(entry) ?? null;
      // An assignment to this name would set the prototype.
      if (key === "__proto__") Object.defineProperty(record, key, { value, enumerable: true });
      else record[key] = value;
    }
    return record;
  };
}

/** By entry, which is the row where nothing repeats. */
function openValueReader({ definitions, maxDefinition, values, indices }: LeafColumn): RowReader {
  const at = indices ? openEntryReader(values, indices) : openValueAt(values);
  const ordinals = ordinalsOf(definitions, maxDefinition);
  if (!ordinals) return at;
  return (entry) => {
    const ordinal = ordinals[entry] ?? -1;
    return ordinal < 0 ? null : at(ordinal);
  };
}

/** Each dictionary entry becomes a string once. */
function openEntryReader(values: ColumnVector, indices: Int32Array): RowReader {
  const at = openValueAt(values);
  const made: unknown[] = [];
  return (index) => {
    const entry = indices[index] ?? 0;
    made[entry] ??= at(entry);
    return made[entry];
  };
}

/** ASCII text up to this size becomes one string, of which the values are parts: a string each costs ten times as much. */
const wholeTextBytes = 16 << 20;

function openValueAt(vector: ColumnVector): RowReader {
  switch (vector.storage) {
    case "bytes": {
      const { offsets } = vector;
      const bytes = Buffer.from(vector.bytes.buffer, vector.bytes.byteOffset, vector.bytes.byteLength);
      const ascii = isAscii(bytes);
      let whole: string | undefined;
      if (ascii && bytes.length <= wholeTextBytes) {
        return (index) => {
          whole ??= bytes.toString("latin1");
          return whole.slice(offsets[index], offsets[index + 1]);
        };
      }
      const encoding = ascii ? "latin1" : "utf8";
      return (index) => bytes.toString(encoding, offsets[index], offsets[index + 1]);
    }
    case "bit":
      return (index) => (((vector.values[index >> 3] ?? 0) >> (index & 7)) & 1) === 1;
    default:
      return (index) => vector.values[index] ?? null;
  }
}

/** Which value an entry has, -1 for none; undefined when every entry has its own. */
function ordinalsOf(definitions: Uint8Array, maxDefinition: number): Int32Array | undefined {
  const ordinals = new Int32Array(definitions.length);
  let next = 0;
  for (let entry = 0; entry < definitions.length; entry++) {
    ordinals[entry] = definitions[entry] === maxDefinition ? next++ : -1;
  }
  return next === definitions.length ? undefined : ordinals;
}

/** Entry at which each row begins, and the end. */
function rowStarts(repetitions: Uint8Array, rowCount: number): Int32Array {
  const starts = new Int32Array(rowCount + 1);
  let row = 0;
  for (let entry = 0; entry < repetitions.length; entry++) {
    if (repetitions[entry] === 0 && row < rowCount) starts[row++] = entry;
  }
  starts.fill(repetitions.length, row);
  return starts;
}
