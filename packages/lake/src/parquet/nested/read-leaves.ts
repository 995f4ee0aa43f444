import type { ObjectStore } from "@snowmelt/core/ports";
import { parquetError } from "../parquet-error.ts";
import { type ParquetFooter, within } from "../read/read-footer.ts";
import { readSlices } from "../read/read-slices.ts";
import type { SchemaNode } from "../read/schema-tree.ts";
import { decodeLeaf, type LeafColumn } from "./leaf-column.ts";

/** The leaves of one row group that were asked for. */
export interface LeafGroup {
  readonly rowCount: number;
  readonly columns: ReadonlyMap<SchemaNode, LeafColumn>;
}

/** Nodes of `footer.schema` without children, row group by row group. May be started again. */
export async function* readLeaves(
  store: ObjectStore,
  footer: ParquetFooter,
  { leaves, signal }: { readonly leaves: readonly SchemaNode[]; readonly signal?: AbortSignal | undefined },
): AsyncGenerator<LeafGroup, void, undefined> {
  const { key } = footer;
  for (const group of footer.rowGroups) {
    signal?.throwIfAborted();
    const chunks = leaves.map((node) => {
      const chunk = node.leaf && group.chunks[node.leaf.leaf];
      if (chunk) return { node, chunk };
      throw parquetError("PARQUET_CORRUPT", `${store.uri}/${key}: a row group has no chunk of ${node.name}.`);
    });
    const slices = chunks.map(({ chunk }) => chunk.pages);
    const bytes = await readSlices(store, key, { slices, ...(signal ? { signal } : {}) });
    const columns = within(store, key, () => {
      const decoded = new Map<SchemaNode, LeafColumn>();
      for (const [index, { node, chunk }] of chunks.entries()) {
        const column = decodeLeaf(node, chunk, bytes[index] ?? new Uint8Array(0));
        const rows = column.repetitions ? countZeros(column.repetitions) : chunk.valueCount;
        if (rows !== group.rowCount) {
          throw parquetError(
            "PARQUET_CORRUPT",
            `Column ${node.name} holds ${rows} rows in a row group of ${group.rowCount}.`,
          );
        }
        decoded.set(node, column);
      }
      return decoded;
    });
    yield { rowCount: group.rowCount, columns };
  }
}

/** The node at a path of names, such as `add`, `path`; undefined when there is none. */
export function findNode(schema: readonly SchemaNode[], ...path: readonly string[]): SchemaNode | undefined {
  let found: SchemaNode | undefined;
  let children = schema;
  for (const name of path) {
    found = children.find((node) => node.name === name);
    if (!found) return undefined;
    children = found.children;
  }
  return found;
}

function countZeros(levels: Uint8Array): number {
  let count = 0;
  for (const level of levels) if (level === 0) count++;
  return count;
}
