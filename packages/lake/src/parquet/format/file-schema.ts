import type { Field, LandType } from "@snowmelt/core/types";
import { writeSchemaElement } from "./schema-element.ts";
import type { ThriftWriter } from "./thrift-writer.ts";

/** A column chunk's column: the values' type and the names from the root down. */
export interface Leaf {
  readonly type: LandType;
  readonly path: readonly string[];
}

/** A file's schema as its footer holds it: elements depth first below the root, and the leaves in that order. */
export interface FileSchema {
  /** Top-level columns. */
  readonly columnCount: number;
  readonly elements: readonly ((thrift: ThriftWriter) => void)[];
  readonly leaves: readonly Leaf[];
}

/** Columns without nesting. */
export function flatSchema(fields: readonly Field[]): FileSchema {
  return {
    columnCount: fields.length,
    elements: fields.map((field) => (thrift) => writeSchemaElement(thrift, field)),
    leaves: fields.map(({ name, type }) => ({ type, path: [name] })),
  };
}
