import { parquetError } from "../parquet-error.ts";
import { type LeafBuilder, openLeafBuilder } from "./leaf-builder.ts";
import type { RecordCopy } from "./record-copy.ts";
import type { RecordNode } from "./record-schema.ts";

/** Takes nested values apart into the entries of their leaves. */
export interface RecordShredder {
  /** In the schema's order. */
  readonly leaves: readonly LeafBuilder[];
  /** `undefined` and `null` are NULL. A NULL that the schema forbids is PARQUET_NULL_IN_REQUIRED. */
  append(value: unknown): void;
  /** As many NULL rows of the column, which must be nullable. */
  appendNulls(count: number): void;
  /** Rows [from, to) of what is copied, behind those of it that were copied before. */
  appendCopy(copy: RecordCopy, from: number, to: number): void;
  readonly heldBytes: number;
}

interface Levels {
  readonly definition: number;
  readonly repetition: number;
}

/** Puts a value under its node, at the repetition level that the entry starts with. */
type Shred = (value: unknown, repetition: number) => void;

/** For one top-level column. */
export function openRecordShredder(column: RecordNode): RecordShredder {
  const leaves: LeafBuilder[] = [];
  const append = compile(column, { definition: 0, repetition: 0 }, leaves);
  return {
    leaves,
    append: (value) => append(value, 0),
    appendNulls(count) {
      for (const leaf of leaves) leaf.appendAbsent(0, 0, count);
    },
    appendCopy(copy, from, to) {
      for (const [index, leaf] of leaves.entries()) {
        const held = copy.leaves[index];
        if (held) leaf.appendCopy(held, from, to);
      }
    },
    get heldBytes() {
      return leaves.reduce((total, leaf) => total + leaf.heldBytes, 0);
    },
  };
}

function compile(node: RecordNode, above: Levels, leaves: LeafBuilder[]): Shred {
  const present = above.definition + (node.nullable ? 1 : 0);
  const first = leaves.length;
  const shred = compilePresent(node, { definition: present, repetition: above.repetition }, leaves);
  const own = leaves.slice(first);
  return (value, repetition) => {
    if (value !== undefined && value !== null) return shred(value, repetition);
    if (!node.nullable) {
      throw parquetError(
        "PARQUET_NULL_IN_REQUIRED",
        `Column ${node.name} is not nullable, and a record has none of it.`,
      );
    }
    for (const leaf of own) leaf.appendAbsent(above.definition, repetition, 1);
  };
}

function compilePresent(node: RecordNode, at: Levels, leaves: LeafBuilder[]): Shred {
  if (node.kind === "value") {
    const leaf = openLeafBuilder(node.type, { maxDefinition: at.definition, maxRepetition: at.repetition });
    leaves.push(leaf);
    return leaf.append;
  }
  if (node.kind === "struct") return compileStruct(node.children, at, leaves);
  const first = leaves.length;
  const inside = { definition: at.definition + 1, repetition: at.repetition + 1 };
  const children = node.children.map((child) => compile(child, inside, leaves));
  const own = leaves.slice(first);
  return (value, repetition) => {
    const items = node.kind === "map" ? Object.entries(value as object) : (value as readonly unknown[]);
    if (items.length === 0) {
      for (const leaf of own) leaf.appendAbsent(at.definition, repetition, 1);
    }
    for (let index = 0; index < items.length; index++) {
      const level = index === 0 ? repetition : inside.repetition;
      const item = items[index];
      if (node.kind === "list") children[0]?.(item, level);
      else {
        const [key, held] = item as [string, unknown];
        children[0]?.(key, level);
        children[1]?.(held, level);
      }
    }
  };
}

function compileStruct(nodes: readonly RecordNode[], at: Levels, leaves: LeafBuilder[]): Shred {
  const children = nodes.map((child) => ({ name: child.name, shred: compile(child, at, leaves) }));
  return (value, repetition) => {
    const record = value as Readonly<Record<string, unknown>>;
    for (const { name, shred } of children) shred(record[name], repetition);
  };
}
