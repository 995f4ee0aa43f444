import type { ErrorDetail, Partition, PartitionInput, Table, TableInput } from "@aws-sdk/client-glue";
import type { GlueCatalog } from "./glue-calls.ts";

export type CatalogOperation = keyof GlueCatalog;

/** Written apart from the limits that we keep to, so that either can find the other wrong. */
const LIMITS = {
  getPartitions: 1000,
  batchGetPartition: 1000,
  batchCreatePartition: 100,
  batchUpdatePartition: 100,
  batchDeletePartition: 25,
} as const;

/** What makes a catalog in memory answer as AWS does on a bad day. */
export interface GlueScript {
  /** The databases that are there. */
  readonly databases: readonly string[];
  /** Asked before each call; what it throws is the call's answer, and what it does happens before the call. */
  readonly before?: (operation: CatalogOperation, input: object) => void | Promise<void>;
  /** Asked after each call was carried out: what it throws is a lost answer. */
  readonly after?: (operation: CatalogOperation, input: object) => void;
  /** Asked for each item of a batch: an error for this one. */
  readonly failItem?: (operation: CatalogOperation, values: readonly string[]) => ErrorDetail | undefined;
  /** Whether BatchGetPartition leaves a key unprocessed this time. */
  readonly leaveUnprocessed?: (values: readonly string[]) => boolean;
  /** Partitions in a page. @default 1000 */
  readonly pageSize?: number;
}

/** A catalog in memory that keeps the API's rules: versions, limits, errors per item. Errors are the API's, by name. */
export interface MemoryGlue extends GlueCatalog {
  /** The operations that were asked for, in order. */
  readonly asked: CatalogOperation[];
}

/** An error as the API names it. */
export function awsFailure(name: string, message: string = name, httpStatusCode = 400): Error {
  return Object.assign(new Error(message), { name, $metadata: { httpStatusCode } });
}

interface StoredTable {
  table: Table;
  readonly partitions: Map<string, Partition>;
}

export function memoryGlue(script: GlueScript): MemoryGlue {
  const databases = new Map(script.databases.map((name) => [name, new Map<string, StoredTable>()]));
  const asked: CatalogOperation[] = [];

  const tableOf = (database = "", name = ""): StoredTable => {
    const tables = databases.get(database);
    if (tables === undefined) throw awsFailure("EntityNotFoundException", `Database ${database} not found.`);
    const stored = tables.get(name.toLowerCase());
    if (stored === undefined) throw awsFailure("EntityNotFoundException", `Table ${name} not found.`);
    return stored;
  };
  const call =
    <I extends object, O>(operation: CatalogOperation, answer: (input: I) => O) =>
    async (input: I, signal?: AbortSignal): Promise<O> => {
      signal?.throwIfAborted();
      asked.push(operation);
      await script.before?.(operation, input);
      const answered = structuredClone(answer(structuredClone(input)));
      script.after?.(operation, input);
      return answered;
    };
  const eachItem = <T>(
    operation: CatalogOperation & keyof typeof LIMITS,
    items: readonly T[],
    apply: (item: T, values: readonly string[]) => ErrorDetail | undefined,
    valuesOf: (item: T) => readonly string[],
  ) => {
    checkLimit(operation, items.length);
    return items.flatMap((item) => {
      const values = valuesOf(item);
      const ErrorDetail = script.failItem?.(operation, values) ?? apply(item, values);
      return ErrorDetail === undefined ? [] : [{ values: [...values], ErrorDetail }];
    });
  };

  return {
    asked,
    getTable: call("getTable", ({ DatabaseName, Name }) => ({ Table: tableOf(DatabaseName, Name).table })),
    createTable: call("createTable", ({ DatabaseName = "", TableInput }) => {
      const tables = databases.get(DatabaseName);
      if (tables === undefined) throw awsFailure("EntityNotFoundException", `Database ${DatabaseName} not found.`);
      const name = nameOf(TableInput);
      if (tables.has(name)) throw awsFailure("AlreadyExistsException", `Table already exists: ${name}`);
      tables.set(name, { table: toTable(DatabaseName, TableInput, 0), partitions: new Map() });
    }),
    updateTable: call("updateTable", ({ DatabaseName = "", TableInput, VersionId }) => {
      const stored = tableOf(DatabaseName, TableInput?.Name);
      const current = stored.table.VersionId ?? "0";
      if (VersionId !== undefined && VersionId !== current)
        throw awsFailure("ConcurrentModificationException", `Update table failed due to concurrent modifications.`);
      stored.table = toTable(DatabaseName, TableInput, Number(current) + 1);
    }),
    getPartitions: call(
      "getPartitions",
      ({ DatabaseName, TableName, NextToken, MaxResults = LIMITS.getPartitions }) => {
        checkLimit("getPartitions", MaxResults);
        const all = [...tableOf(DatabaseName, TableName).partitions.values()];
        const from = Number(NextToken ?? 0);
        const to = from + Math.min(script.pageSize ?? MaxResults, MaxResults);
        return { Partitions: all.slice(from, to), ...(to < all.length ? { NextToken: String(to) } : {}) };
      },
    ),
    batchGetPartition: call("batchGetPartition", ({ DatabaseName, TableName, PartitionsToGet = [] }) => {
      checkLimit("batchGetPartition", PartitionsToGet.length);
      const { partitions } = tableOf(DatabaseName, TableName);
      const found: Partition[] = [];
      const left: { Values: string[] }[] = [];
      for (const { Values = [] } of PartitionsToGet) {
        const partition = script.leaveUnprocessed?.(Values) ? undefined : partitions.get(JSON.stringify(Values));
        if (partition === undefined) left.push({ Values });
        else found.push(partition);
      }
      return { Partitions: found, UnprocessedKeys: left };
    }),
    batchCreatePartition: call("batchCreatePartition", ({ DatabaseName, TableName, PartitionInputList = [] }) => {
      const { partitions } = tableOf(DatabaseName, TableName);
      const create = (input: PartitionInput, values: readonly string[]) => {
        if (partitions.has(JSON.stringify(values))) return { ErrorCode: "AlreadyExistsException" };
        partitions.set(JSON.stringify(values), { ...input });
        return undefined;
      };
      const failed = eachItem("batchCreatePartition", PartitionInputList, create, ({ Values }) => Values ?? []);
      return { Errors: failed.map(({ values, ErrorDetail }) => ({ PartitionValues: values, ErrorDetail })) };
    }),
    batchUpdatePartition: call("batchUpdatePartition", ({ DatabaseName, TableName, Entries = [] }) => {
      const { partitions } = tableOf(DatabaseName, TableName);
      const update = (entry: { PartitionInput?: PartitionInput | undefined }, values: readonly string[]) => {
        if (!partitions.has(JSON.stringify(values))) return { ErrorCode: "EntityNotFoundException" };
        partitions.set(JSON.stringify(values), { ...entry.PartitionInput });
        return undefined;
      };
      const failed = eachItem("batchUpdatePartition", Entries, update, (entry) => entry.PartitionValueList ?? []);
      return { Errors: failed.map(({ values, ErrorDetail }) => ({ PartitionValueList: values, ErrorDetail })) };
    }),
    batchDeletePartition: call("batchDeletePartition", ({ DatabaseName, TableName, PartitionsToDelete = [] }) => {
      const { partitions } = tableOf(DatabaseName, TableName);
      const remove = (_: unknown, values: readonly string[]) =>
        partitions.delete(JSON.stringify(values)) ? undefined : { ErrorCode: "EntityNotFoundException" };
      const failed = eachItem("batchDeletePartition", PartitionsToDelete, remove, ({ Values }) => Values ?? []);
      return { Errors: failed.map(({ values, ErrorDetail }) => ({ PartitionValues: values, ErrorDetail })) };
    }),
  };
}

function nameOf(input: TableInput | undefined): string {
  return (input?.Name ?? "").toLowerCase();
}

function toTable(database: string, input: TableInput | undefined, version: number): Table {
  return { ...input, Name: nameOf(input), DatabaseName: database, VersionId: String(version) };
}

function checkLimit(operation: keyof typeof LIMITS, items: number): void {
  if (items > LIMITS[operation])
    throw awsFailure(
      "InvalidInputException",
      `1 validation error detected: Member must have length less than or equal to ${LIMITS[operation]}`,
    );
}
