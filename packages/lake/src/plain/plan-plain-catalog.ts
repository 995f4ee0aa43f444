import type { Field } from "@snowmelt/core/types";
import { attemptOf, toAttemptPrefix } from "../delta/orphans.ts";
import { type DeltaField, toDeltaFields } from "../delta/schema.ts";
import type { CatalogPartition, CatalogTablePlan } from "../glue/catalog-table.ts";
import { glueError } from "../glue/glue-error.ts";
import { isProjected, type PartitionProjection } from "../glue/partition-projection.ts";
import { planCatalogTable } from "../glue/plan-catalog-table.ts";
import { lakeError } from "../lake-error.ts";
import type { PlainFile } from "./manifest-file.ts";
import type { PlainSnapshot } from "./plain-snapshot.ts";

/**
 * What a catalog has a place for. `partition`: each partition, which then lies in one run's folder, as a refresh and a
 * replacement of partitions leave it. `run`: each partition of each run, with the run as the outermost key, as appends need it.
 */
export type PlainCatalogLayout = "partition" | "run";

export interface PlainCatalogRequest {
  readonly database: string;
  readonly name: string;
  /** The table's root: `s3://bucket/prefix`. */
  readonly location: string;
  /** @default "partition" */
  readonly layout?: PlainCatalogLayout;
  /** How Athena derives the partitions, by key; then none is registered, and a refresh is one write of the catalog. */
  readonly projection?: PartitionProjection["keys"];
  readonly description?: string;
}

export interface PlainCatalogPlan {
  readonly table: CatalogTablePlan;
  /** Every partition that is to be registered; undefined where none is. */
  readonly partitions: readonly CatalogPartition[] | undefined;
  /** The folders that the catalog names, below the table's root, with the live files that each is to hold and no other. */
  readonly folders: ReadonlyMap<string, readonly string[]>;
}

/** The outermost partition key of the layout by runs. */
export const runKey = "run";
const nullValue = "__HIVE_DEFAULT_PARTITION__";

/**
 * What the Glue catalog should have of a version. Pure. Throws PLAIN_FOLDER_SHARED where live files do not lie as the layout
 * needs it, GLUE_TYPE_UNSUPPORTED and GLUE_PROJECTION_INVALID, naming what is in the way.
 */
export function planPlainCatalog(snapshot: PlainSnapshot, request: PlainCatalogRequest): PlainCatalogPlan {
  const { layout = "partition", projection, location } = request;
  const root = location.replace(/\/+$/, "");
  const groups = groupFiles(snapshot, layout);
  const folders = new Map([...groups.values()].map(({ folder, files }) => [folder, files.map(({ path }) => path)]));
  if (folders.size < groups.size) throw shared("Two partitions lie in one folder, which a catalog cannot tell apart.");
  const located = { ...request, location: tableLocation(snapshot, request) };
  const movesWithin = `${root}/`;
  if (projection) {
    if (layout === "run")
      throw invalidProjection("Partitions of the layout by runs are registered: a run's name follows from nothing.");
    checkProjected(snapshot, projection);
    const locationTemplate = toTemplate(snapshot, root, folders);
    const table = { ...toTable(snapshot, located, { projection, locationTemplate }), movesWithin };
    return { table, partitions: undefined, folders };
  }
  const table = { ...toTable(snapshot, located), movesWithin };
  if (table.partitionKeys.length === 0) return { table, partitions: undefined, folders };
  const partitions = [...groups.values()].map(({ values, folder }) => ({ values, location: `${root}/${folder}` }));
  return { table, partitions, folders };
}

/**
 * Whether a catalog can have a table of these columns at all, before there is one. Pure. Throws as {@link planPlainCatalog}.
 */
export function checkPlainCatalog(
  table: Pick<PlainSnapshot["table"], "columns" | "partitionColumns">,
  request: PlainCatalogRequest,
): void {
  const nothing = {
    version: 0,
    commitId: "",
    committedAtMs: 0,
    rowCount: 0,
    files: new Map(),
    txns: new Map(),
    info: {},
  };
  planPlainCatalog({ ...nothing, table: { id: "", name: request.name, createdAtMs: 0, ...table } }, request);
}

/** Queries do not see a partition that no projection names, and nothing tells them: it is an error. */
function checkProjected({ files, table }: PlainSnapshot, keys: PartitionProjection["keys"]): void {
  for (const { partitionValues } of files.values())
    for (const column of table.partitionColumns) {
      const [value, projection] = [partitionValues[column] ?? null, keys[column.toLowerCase()]];
      if (projection === undefined || value === null || isProjected(projection, value)) continue;
      throw invalidProjection(
        `The partition ${column}=${value} is none of those that the projection names, so queries would not see it. Name it, or register the partitions.`,
      );
    }
}

/**
 * The folder of the run that all live files are of, so that who looks below the table's place, as a repair of its partitions
 * does, finds no file that is not live; the root where they are of several.
 */
function tableLocation({ files }: PlainSnapshot, { location, layout }: PlainCatalogRequest): string {
  const root = location.replace(/\/+$/, "");
  const runs = new Set([...files.values()].map(runOf));
  if (layout === "run" || runs.size > 1) return root;
  const [run = "none"] = runs;
  return `${root}/${toAttemptPrefix(run)}`;
}

interface FileGroup {
  readonly values: readonly string[];
  readonly folder: string;
  readonly files: PlainFile[];
}

/** Live files by what the catalog has a place for. */
function groupFiles({ files, table }: PlainSnapshot, layout: PlainCatalogLayout): ReadonlyMap<string, FileGroup> {
  const groups = new Map<string, FileGroup>();
  for (const file of files.values()) {
    const own = table.partitionColumns.map((column) => file.partitionValues[column] ?? null);
    const run = layout === "run" ? [runOf(file)] : [];
    const values = [...run, ...own.map((value) => value ?? nullValue)];
    const key = JSON.stringify([...run, ...own]);
    const folder = file.path.slice(0, file.path.lastIndexOf("/"));
    const group = groups.get(key);
    if (!group) groups.set(key, { values, folder, files: [file] });
    else if (group.folder === folder) group.files.push(file);
    else {
      const what = own.length === 0 ? "The table" : `The partition ${JSON.stringify(own)}`;
      throw shared(
        `${what} lies in ${group.folder} and in ${folder}. A catalog has one place for it: replace it whole, or use the layout "run".`,
      );
    }
  }
  return groups;
}

function runOf({ path }: PlainFile): string {
  const run = attemptOf(path);
  if (run !== undefined) return run;
  throw shared(`${path} is of no run: expected data/run=<attempt>/…`);
}

function toTable(
  { table }: PlainSnapshot,
  request: PlainCatalogRequest,
  projected?: { readonly projection: PartitionProjection["keys"]; readonly locationTemplate: string },
): CatalogTablePlan {
  const { database, name, location, layout = "partition", description } = request;
  const run: Field = { name: runKey, type: { kind: "string" }, nullable: false };
  const columns = layout === "run" ? [run, ...table.columns] : table.columns;
  const keys = layout === "run" ? [runKey, ...table.partitionColumns] : table.partitionColumns;
  const projection = projected && { keys: projected.projection, locationTemplate: projected.locationTemplate };
  return planCatalogTable({
    database,
    name,
    location,
    fields: toCatalogFields(columns),
    format: { kind: "parquet", partitionBy: keys, ...(projection ? { projection } : {}) },
    parameters: { "snowmelt.guarantee": "manifest" },
    ...(description === undefined ? {} : { description }),
  });
}

function toCatalogFields(columns: readonly Field[]): readonly DeltaField[] {
  for (const { name, type } of columns) {
    if (type.kind !== "time" && !(type.kind === "timestamp" && type.unit === "ns")) continue;
    const what = type.kind === "time" ? "a time of day" : "a timestamp in nanoseconds";
    throw glueError(
      "GLUE_TYPE_UNSUPPORTED",
      `Column ${name} is ${what}, which the Glue catalog has no type for. Land it as text(), or leave the dataset out of the catalog.`,
      { details: { column: name } },
    );
  }
  return toDeltaFields(columns);
}

/** Where a partition is, by its values. Athena puts them in as they are, so a folder that escapes one is not found. */
function toTemplate(
  { files, table }: PlainSnapshot,
  root: string,
  folders: ReadonlyMap<string, readonly string[]>,
): string {
  const runs = new Set([...files.values()].map(runOf));
  if (runs.size > 1)
    throw invalidProjection(
      `The live files are of ${runs.size} runs, and a template says where those of one are. Replace all rows, or register the partitions.`,
    );
  const [run = "none"] = runs;
  const toFolder = (textOf: (column: string) => string): string =>
    `${toAttemptPrefix(run)}${table.partitionColumns.map((column) => `${column}=${textOf(column)}`).join("/")}`;
  for (const { partitionValues } of files.values()) {
    const folder = toFolder((column) => partitionValues[column] ?? "");
    if (!folders.has(folder))
      throw invalidProjection(
        `The partition ${JSON.stringify(partitionValues)} is not at ${folder}, where a template would look for it: it is NULL, or has characters that are escaped in folders. Register the partitions.`,
      );
  }
  return `${root}/${toFolder((column) => `\${${column.toLowerCase()}}`)}`;
}

function shared(message: string): Error {
  return lakeError("PLAIN_FOLDER_SHARED", message);
}

function invalidProjection(why: string): Error {
  return glueError("GLUE_PROJECTION_INVALID", `The partition projection cannot be used. ${why}`);
}
