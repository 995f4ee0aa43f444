import type { Table, TableInput } from "@aws-sdk/client-glue";
import { type CatalogColumn, type CatalogStorage, type CatalogTablePlan, normalLocation } from "./catalog-table.ts";
import { glueError } from "./glue-error.ts";
import { saysHowToRead } from "./plan-catalog-table.ts";

/** What has to be done so that the catalog has the planned table. */
export type TableChange =
  | { readonly kind: "none" }
  | {
      readonly kind: "update";
      readonly input: TableInput;
      /** Columns that the catalog had and the table has not: someone else's, or of an older schema. They go. */
      readonly droppedColumns: readonly string[];
    };

export function toTableInput(plan: CatalogTablePlan): TableInput {
  return {
    Name: plan.name,
    ...(plan.description === undefined ? {} : { Description: plan.description }),
    TableType: "EXTERNAL_TABLE",
    Parameters: { ...plan.parameters },
    PartitionKeys: plan.partitionKeys.map((key) => ({ ...key })),
    StorageDescriptor: toStorageDescriptor(plan.storage),
  };
}

export function toStorageDescriptor({ Columns, SerdeInfo, ...rest }: CatalogStorage) {
  return {
    ...rest,
    Columns: Columns.map((column) => ({ ...column })),
    SerdeInfo: { ...SerdeInfo, Parameters: { ...SerdeInfo.Parameters } },
  };
}

/**
 * Compares the catalog's table with the plan. Columns, keys, storage and the parameters that say how the table is read are
 * the plan's: columns that others added name nothing that is in the files, so they go and are reported. What others may
 * well say about the table stays: further parameters, comments on columns that the plan does not comment, a description
 * where the plan has none, owner and retention.
 * @throws GLUE_TABLE_FOREIGN where the table is a view, or of another place or with other partition keys.
 */
export function planTableChange(existing: Table, plan: CatalogTablePlan): TableChange {
  refuseForeign(existing, plan);
  const had = existing.StorageDescriptor?.Columns ?? [];
  const comments = new Map(
    [...had, ...(existing.PartitionKeys ?? [])].map(({ Name = "", Comment }) => [Name.toLowerCase(), Comment]),
  );
  const input: TableInput = {
    ...carriedOver(existing),
    ...toTableInput(plan),
    Parameters: { ...otherParameters(existing), ...plan.parameters },
    PartitionKeys: withComments(plan.partitionKeys, comments),
    StorageDescriptor: {
      ...toStorageDescriptor(plan.storage),
      ...(existing.StorageDescriptor?.Parameters ? { Parameters: existing.StorageDescriptor.Parameters } : {}),
      Columns: withComments(plan.storage.Columns, comments),
    },
  };
  if (comparable(existing) === comparable(input)) return { kind: "none" };
  const names = new Set(plan.storage.Columns.map(({ Name }) => Name));
  const droppedColumns = had.flatMap(({ Name = "" }) => (names.has(Name.toLowerCase()) ? [] : [Name]));
  return { kind: "update", input, droppedColumns };
}

function refuseForeign(existing: Table, plan: CatalogTablePlan): void {
  const table = `${plan.database}.${plan.name}`;
  const ways = "Drop or rename that table, or give this one another name.";
  const { TableType: type = "", StorageDescriptor: storage, PartitionKeys: keys = [] } = existing;
  if (type !== "" && type !== "EXTERNAL_TABLE" && type !== "MANAGED_TABLE")
    throw glueError("GLUE_TABLE_FOREIGN", `${table} in Glue is a ${type}, not a table of files. ${ways}`);
  const place = normalLocation(storage?.Location ?? "");
  if (place !== plan.storage.Location && !(plan.movesWithin && place.startsWith(plan.movesWithin)))
    throw glueError(
      "GLUE_TABLE_FOREIGN",
      `${table} in Glue is at ${place}, expected ${plan.storage.Location}. It may be someone else's. ${ways}`,
      { details: { table, location: place, expected: plan.storage.Location } },
    );
  const has = keys.map(({ Name = "" }) => Name.toLowerCase()).join(", ");
  const wanted = plan.partitionKeys.map(({ Name }) => Name).join(", ");
  if (has !== wanted)
    throw glueError(
      "GLUE_TABLE_FOREIGN",
      `${table} in Glue is partitioned by (${has}), expected (${wanted}). Glue keeps partitions under their keys, so it is not changed. ${ways}`,
      { details: { table, partitionKeys: has, expected: wanted } },
    );
}

/** An update replaces everything: what it does not say is lost. */
function carriedOver(existing: Table): Partial<TableInput> {
  const { Description, Owner, Retention, LastAccessTime, LastAnalyzedTime, TargetTable } = existing;
  const kept = { Description, Owner, Retention, LastAccessTime, LastAnalyzedTime, TargetTable };
  return Object.fromEntries(Object.entries(kept).filter(([, value]) => value !== undefined && value !== ""));
}

function otherParameters(existing: Table): Record<string, string> {
  return Object.fromEntries(Object.entries(existing.Parameters ?? {}).filter(([name]) => !saysHowToRead(name)));
}

function withComments(columns: readonly CatalogColumn[], comments: ReadonlyMap<string, string | undefined>) {
  return columns.map((column) => {
    const Comment = column.Comment ?? comments.get(column.Name);
    return { Name: column.Name, Type: column.Type, ...(Comment === undefined ? {} : { Comment }) };
  });
}

/** What we set, as one text, whatever the order of its members and whatever else the catalog says of a table. */
function comparable(table: Table | TableInput): string {
  const { Description = "", TableType, Parameters = {}, PartitionKeys = [], StorageDescriptor } = table;
  return JSON.stringify([
    Description,
    TableType ?? "",
    sorted(Parameters),
    PartitionKeys.map(columnParts),
    comparableStorage(StorageDescriptor),
  ]);
}

/** A storage descriptor as one text, to compare. */
export function comparableStorage(storage: Table["StorageDescriptor"]): string {
  const { Columns = [], Location = "", InputFormat = "", OutputFormat = "", SerdeInfo } = storage ?? {};
  const { SerializationLibrary = "", Parameters = {} } = SerdeInfo ?? {};
  return JSON.stringify([
    Columns.map(columnParts),
    Location,
    InputFormat,
    OutputFormat,
    SerializationLibrary,
    sorted(Parameters),
  ]);
}

function columnParts({
  Name = "",
  Type = "",
  Comment = "",
}: {
  Name?: string | undefined;
  Type?: string | undefined;
  Comment?: string | undefined;
}) {
  return [Name.toLowerCase(), Type, Comment];
}

function sorted(parameters: Readonly<Record<string, string>>): [string, string][] {
  return Object.entries(parameters).sort(([left], [right]) => (left < right ? -1 : 1));
}
