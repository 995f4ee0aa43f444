import type { LandType } from "@snowmelt/core/types";
import type { FileSchema, Leaf } from "../format/file-schema.ts";
import { Converted, Logical, Repetition } from "../format/format.ts";
import { writeSchemaElement } from "../format/schema-element.ts";
import type { ThriftWriter } from "../format/thrift-writer.ts";

/** A schema of nested records, as Parquet has it: structs, maps, lists and the values at their ends. */
export type RecordNode = ValueNode | GroupNode;

export interface ValueNode {
  readonly kind: "value";
  readonly name: string;
  readonly nullable: boolean;
  readonly type: LandType;
}

export interface GroupNode {
  /** A map's children are key and value, a list's its element. */
  readonly kind: "struct" | "map" | "list";
  readonly name: string;
  readonly nullable: boolean;
  readonly children: readonly RecordNode[];
}

export const valueNode = (name: string, type: LandType, nullable = true): ValueNode => ({
  kind: "value",
  name,
  nullable,
  type,
});

export const structNode = (name: string, children: readonly RecordNode[], nullable = true): GroupNode => ({
  kind: "struct",
  name,
  nullable,
  children,
});

const text: LandType = { kind: "string" };

/** Texts by name; the names' order is kept. */
export const textMapNode = (name: string, { nullable = true, nullableValues = true } = {}): GroupNode => ({
  kind: "map",
  name,
  nullable,
  children: [valueNode("key", text, false), valueNode("value", text, nullableValues)],
});

export const textListNode = (name: string, nullable = true): GroupNode => ({
  kind: "list",
  name,
  nullable,
  children: [valueNode("element", text, false)],
});

/** The footer's view of the schema. A map or list has a repeated group below it, named as the format asks. */
export function recordSchema(columns: readonly RecordNode[]): FileSchema {
  const elements: ((thrift: ThriftWriter) => void)[] = [];
  const leaves: Leaf[] = [];
  const visit = (node: RecordNode, above: readonly string[]): void => {
    const path = [...above, node.name];
    if (node.kind === "value") {
      elements.push((thrift) => writeSchemaElement(thrift, node));
      leaves.push({ type: node.type, path });
      return;
    }
    const isRepeated = node.kind !== "struct";
    elements.push((thrift) => {
      thrift.i32(3, node.nullable ? Repetition.OPTIONAL : Repetition.REQUIRED);
      thrift.string(4, node.name);
      thrift.i32(5, isRepeated ? 1 : node.children.length);
      if (!isRepeated) return;
      thrift.i32(6, node.kind === "map" ? Converted.MAP : Converted.LIST);
      thrift.struct(10, () => thrift.struct(node.kind === "map" ? Logical.MAP : Logical.LIST, () => {}));
    });
    const repeated = node.kind === "map" ? "key_value" : "list";
    if (isRepeated) {
      elements.push((thrift) => {
        thrift.i32(3, Repetition.REPEATED);
        thrift.string(4, repeated);
        thrift.i32(5, node.children.length);
      });
    }
    for (const child of node.children) visit(child, isRepeated ? [...path, repeated] : path);
  };
  for (const column of columns) visit(column, []);
  return { columnCount: columns.length, elements, leaves };
}
