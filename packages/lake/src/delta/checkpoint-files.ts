import { lakeError } from "../lake-error.ts";
import {
  findNode,
  type LeafGroup,
  openPresence,
  openRecordCopy,
  openRowReader,
  type RecordCopy,
  type SchemaNode,
} from "../parquet/index.ts";
import type { AddFile, PartitionValues } from "./action.ts";
import { addColumn } from "./checkpoint-schema.ts";
import { decodeDataPath } from "./data-path.ts";
import type { KeyedValues } from "./layered-map.ts";

/** The `add` rows of one row group, by column. */
export interface AddRows {
  readonly count: number;
  /** The path as it stands in the log. */
  path(index: number): string;
  add(index: number): AddFile;
  /** Row of the group, ascending with the index: what {@link RecordCopy} counts. */
  row(index: number): number;
  /** The group's `add` column as a checkpoint has it; undefined when each row has to be looked at. */
  openCopy(): RecordCopy | undefined;
}

/** The live files of a checkpoint, by key below the table's root. */
export interface CheckpointFiles extends KeyedValues<AddFile> {
  /** In the order of `entries`. */
  readonly groups: readonly AddRows[];
}

/** Reads the group's columns under `add` when they are asked for. */
export function openAddRows(schema: readonly SchemaNode[], group: LeafGroup, source: string): AddRows | undefined {
  const node = findNode(schema, "add");
  if (!node) return undefined;
  const isAdd = openPresence(node, group);
  const rows = new Int32Array(group.rowCount);
  let count = 0;
  for (let row = 0; row < group.rowCount; row++) if (isAdd(row)) rows[count++] = row;
  if (count === 0) return undefined;
  const column = (name: string) => {
    const child = node.children.find((candidate) => candidate.name === name);
    const read = child ? openRowReader(child, group) : () => null;
    return (index: number): unknown => read(rows[index] ?? 0);
  };
  const required = <T>(name: string, accept: (value: unknown) => T | undefined) => {
    const read = column(name);
    return (index: number): T => {
      const found = accept(read(index));
      if (found === undefined) throw invalid(source, name);
      return found;
    };
  };
  const path = required("path", asText);
  const partitionValues = required("partitionValues", asTexts);
  const size = required("size", asNumber);
  const modificationTime = required("modificationTime", asNumber);
  const dataChange = column("dataChange");
  const stats = column("stats");
  const tags = column("tags");
  const deletionVector = column("deletionVector");
  for (let index = 0; index < count; index++) {
    if (deletionVector(index) !== null) throw withDeletionVector(source, path(index));
  }
  return {
    count,
    path,
    row: (index) => rows[index] ?? 0,
    openCopy: () => openRecordCopy(addColumn, node, group),
    add(index) {
      return {
        path: path(index),
        partitionValues: partitionValues(index),
        size: size(index),
        modificationTime: modificationTime(index),
        dataChange: dataChange(index) === true,
        // The longest text by far, which few readers of a table ask for.
        get stats() {
          return asText(stats(index)) ?? null;
        },
        tags: asTexts(tags(index)) ?? null,
      };
    },
  };
}

export function openCheckpointFiles(groups: readonly AddRows[], source: string): CheckpointFiles {
  const firsts: number[] = [];
  let size = 0;
  for (const group of groups) {
    firsts.push(size);
    size += group.count;
  }
  const addAt = (ordinal: number): AddFile | undefined => {
    let group = firsts.length - 1;
    while (group > 0 && (firsts[group] ?? 0) > ordinal) group--;
    return groups[group]?.add(ordinal - (firsts[group] ?? 0));
  };
  let index: ReadonlyMap<string, number> | undefined;
  const indexed = (): ReadonlyMap<string, number> => {
    if (index) return index;
    const built = new Map<string, number>();
    for (const key of keys()) built.set(key, built.size);
    if (built.size !== size) {
      throw lakeError("DELTA_LOG_INVALID", `${source} adds a file twice: ${size} rows name ${built.size} files.`);
    }
    index = built;
    return built;
  };
  function* keys(): Generator<string, undefined> {
    for (const group of groups) {
      for (let row = 0; row < group.count; row++) yield decodeDataPath(group.path(row));
    }
  }
  return {
    groups,
    size,
    has: (key) => indexed().has(key),
    get(key) {
      const ordinal = indexed().get(key);
      return ordinal === undefined ? undefined : addAt(ordinal);
    },
    keys,
    *entries() {
      for (const group of groups) {
        for (let row = 0; row < group.count; row++) {
          const add = group.add(row);
          yield [decodeDataPath(add.path), add] as const;
        }
      }
    },
  };
}

const asText = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);

function asNumber(value: unknown): number | undefined {
  const number = typeof value === "bigint" ? Number(value) : value;
  return typeof number === "number" && Number.isSafeInteger(number) ? number : undefined;
}

function asTexts(value: unknown): PartitionValues | undefined {
  return typeof value === "object" && value !== null ? (value as PartitionValues) : undefined;
}

function invalid(source: string, name: string): Error {
  return lakeError("DELTA_LOG_INVALID", `${source} adds a file without a readable ${name}.`, { details: { source } });
}

function withDeletionVector(source: string, path: string): Error {
  return lakeError(
    "DELTA_UNSUPPORTED",
    `${source} adds ${path} with a deletion vector, which is not implemented here. Expected whole files.`,
  );
}
