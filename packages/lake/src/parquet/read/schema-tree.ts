import { Repetition } from "../format/format.ts";
import { fieldsOf, type ThriftStruct } from "../format/thrift-reader.ts";
import { parquetError } from "../parquet-error.ts";
import { type FileColumn, parseLeafColumn } from "./file-column.ts";

/** A node of a file's schema. */
export interface SchemaNode {
  readonly name: string;
  readonly isRepeated: boolean;
  readonly children: readonly SchemaNode[];
  /** Level at which the node itself is there. */
  readonly maxDefinition: number;
  readonly maxRepetition: number;
  /** For a node without children. */
  readonly leaf: FileColumn | undefined;
}

/** The schema of a footer as a tree, below the root. */
export function parseSchemaTree(elements: readonly ThriftStruct[]): readonly SchemaNode[] {
  let at = 0;
  let leaves = 0;
  const visit = (above: { readonly definition: number; readonly repetition: number }, depth: number): SchemaNode => {
    const element = elements[at++];
    if (!element || depth > 32) throw parquetError("PARQUET_CORRUPT", "The footer's schema is cut off or too deep.");
    const fields = fieldsOf(element, "SchemaElement");
    const repetition = depth === 0 ? Repetition.REQUIRED : (fields.integer(3) ?? Repetition.REQUIRED);
    const isRepeated = repetition === Repetition.REPEATED;
    const levels = {
      definition: above.definition + (repetition === Repetition.REQUIRED ? 0 : 1),
      repetition: above.repetition + (isRepeated ? 1 : 0),
    };
    const childCount = fields.integer(5) ?? 0;
    const leaf = childCount === 0 && depth > 0 ? parseLeafColumn(element, leaves++) : undefined;
    const children = Array.from({ length: Math.max(0, childCount) }, () => visit(levels, depth + 1));
    const { definition: maxDefinition, repetition: maxRepetition } = levels;
    return { name: fields.string(4) ?? "", isRepeated, children, maxDefinition, maxRepetition, leaf };
  };
  return visit({ definition: 0, repetition: 0 }, 0).children;
}
