import { z } from "zod";
import { lakeError } from "../lake-error.ts";
import {
  findNode,
  type LeafGroup,
  leavesBelow,
  openPresence,
  openRowReader,
  readFooter,
  readLeaves,
  type SchemaNode,
} from "../parquet/index.ts";
import { type AddFile, MetaData, Protocol, Txn } from "./action.ts";
import { type AddRows, openAddRows, openCheckpointFiles } from "./checkpoint-files.ts";
import { decodeDataPath } from "./data-path.ts";
import type { KeyedValues } from "./layered-map.ts";
import type { CheckpointPart } from "./log-listing.ts";
import { type TableLocation, tableUri } from "./read-commits.ts";

/** The state that a checkpoint tells of. */
export interface Checkpoint {
  readonly version: number;
  readonly protocol: Protocol;
  readonly metaData: MetaData;
  readonly files: KeyedValues<AddFile>;
  /** By key; the value is the deletion time in ms since the epoch. */
  readonly tombstones: ReadonlyMap<string, number>;
  readonly txns: readonly Txn[];
}

/** What is read of each action; the rest is other writers' and changes nothing here. */
const wanted: readonly (readonly string[])[] = [
  ["txn"],
  ["add", "path"],
  ["add", "partitionValues"],
  ["add", "size"],
  ["add", "modificationTime"],
  ["add", "dataChange"],
  ["add", "stats"],
  ["add", "tags"],
  ["add", "deletionVector", "storageType"],
  ["remove", "path"],
  ["remove", "deletionTimestamp"],
  ["metaData"],
  ["protocol"],
  ["sidecar", "path"],
  ["checkpointMetadata", "version"],
];

const Remove = z.object({ path: z.string(), deletionTimestamp: z.bigint().nullish() });
const number = z.union([z.int(), z.bigint().transform(Number)]);
const CheckpointMetaData = MetaData.extend({ createdTime: number.nullish() });

/**
 * Reads a classic checkpoint, of one part or all of several. Columns are kept as columns; files become objects when they
 * are asked for. Throws PARQUET_CORRUPT, DELTA_LOG_INVALID, or DELTA_UNSUPPORTED for one of the second kind. May be retried.
 */
export async function readCheckpoint(
  table: TableLocation,
  { version, parts }: { readonly version: number; readonly parts: readonly CheckpointPart[] },
  signal?: AbortSignal,
): Promise<Checkpoint> {
  const adds: AddRows[] = [];
  const tombstones = new Map<string, number>();
  const txns: Txn[] = [];
  let [protocol, metaData]: [Protocol?, MetaData?] = [];
  for (const { key, sizeBytes } of parts) {
    const source = `${tableUri({ ...table, path: "" })}/${key}`;
    const footer = await readFooter(table.store, key, { sizeBytes, ...(signal ? { signal } : {}) });
    const leaves = wanted.flatMap((path) => leavesBelowPath(footer.schema, path));
    for await (const group of readLeaves(table.store, footer, { leaves, signal })) {
      const each = openActionReader(footer.schema, group, source);
      each.refuse("sidecar");
      each.refuse("checkpointMetadata");
      const rows = openAddRows(footer.schema, group, source);
      if (rows) adds.push(rows);
      for (const { path, deletionTimestamp } of each.read("remove", Remove)) {
        tombstones.set(decodeDataPath(path), Number(deletionTimestamp ?? 0n));
      }
      txns.push(...each.read("txn", Txn.extend({ lastUpdated: number.nullish() })));
      protocol = each.read("protocol", Protocol)[0] ?? protocol;
      metaData = each.read("metaData", CheckpointMetaData)[0] ?? metaData;
    }
  }
  const name = `The checkpoint ${version} of ${tableUri(table)}`;
  if (!protocol || !metaData) {
    throw lakeError("DELTA_LOG_INVALID", `${name} has no ${protocol ? "metaData" : "protocol"} action.`);
  }
  return { version, protocol, metaData, files: openCheckpointFiles(adds, name), tombstones, txns };
}

function leavesBelowPath(schema: readonly SchemaNode[], path: readonly string[]): readonly SchemaNode[] {
  const node = findNode(schema, ...path);
  return node ? leavesBelow(node) : [];
}

/** Rows of one kind of action, few enough to be objects. */
function openActionReader(schema: readonly SchemaNode[], group: LeafGroup, source: string) {
  const rowsOf = (name: string): { node: SchemaNode; rows: number[] } | undefined => {
    const node = findNode(schema, name);
    if (!node) return undefined;
    const isPresent = openPresence(node, group);
    const rows: number[] = [];
    for (let row = 0; row < group.rowCount; row++) if (isPresent(row)) rows.push(row);
    return { node, rows };
  };
  return {
    read<T>(name: string, shape: z.ZodType<T>): T[] {
      const found = rowsOf(name);
      if (!found) return [];
      const read = openRowReader(found.node, group);
      return found.rows.map((row) => {
        const parsed = shape.safeParse(read(row));
        if (parsed.success) return parsed.data;
        const what = z.prettifyError(parsed.error);
        throw lakeError("DELTA_LOG_INVALID", `${source} row ${row} is not a Delta action:\n${name}: ${what}`, {
          details: { source },
        });
      });
    },
    refuse(name: string): void {
      if ((rowsOf(name)?.rows.length ?? 0) === 0) return;
      throw lakeError(
        "DELTA_UNSUPPORTED",
        `${source} is a checkpoint of the second kind (v2Checkpoint), which is not implemented here. Expected a classic one.`,
      );
    },
  };
}
