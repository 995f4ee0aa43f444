import { type Dataset, type Pipeline, sourceColumns } from "@snowmelt/core/definition";
import { type Field, queryColumns, type SourceColumn } from "@snowmelt/core/types";
import { compareSchema, planTableLayout, readLane, type TableLayout } from "@snowmelt/lake/delta";
import { type DescribedTable, describeColumns, describeTable, type ExtractSource } from "@snowmelt/snowflake";
import {
  type DatasetTable,
  isOtherKind,
  isPlainState,
  openDatasetTable,
  type TableState,
} from "../lake/dataset-table.ts";
import { pipelineError } from "../pipeline-error.ts";
import { extractSource, tablePath } from "../plan/dataset-place.ts";
import { type LandingSchema, planLandingSchema } from "../plan/landing-schema.ts";
import { laneOf, refreshLane } from "../plan/lane.ts";
import { type LaneMarks, readLaneMarks } from "../plan/lane-marks.ts";
import type { LanePosition } from "../plan/next-step.ts";
import { type Guarantee, guarantees } from "../plan/pipeline-plan.ts";
import { live, type Purpose } from "../plan/purpose.ts";
import { readBy } from "../plan/read-by.ts";
import type { RunContext } from "../run/run-context.ts";
import { findRoute, type Route, type RouteContext } from "./find-route.ts";

/** A dataset's source as it is now, and how it lands. */
export interface InspectedSource {
  readonly name: string;
  readonly dataset: Dataset;
  readonly source: ExtractSource;
  readonly columns: readonly SourceColumn[];
  /** Undefined for a query. */
  readonly described: DescribedTable | undefined;
  readonly schema: LandingSchema;
  readonly layout: TableLayout;
  readonly guarantee: Guarantee;
  /** What windows are bounds of now. */
  readonly readBy: string;
  readonly table: DatasetTable;
}

/** A dataset as source and lake are now, before a window is chosen. */
export interface InspectedDataset extends InspectedSource {
  readonly purpose: Purpose;
  readonly route: Route;
  readonly lane: string;
  readonly snapshot: TableState | undefined;
  readonly position: LanePosition;
  /** What the lane's last step was. */
  readonly marks: LaneMarks;
  /** The moment that the last refresh was read as of: what was read earlier may hold rows that are deleted by now. */
  readonly refreshedMicros: bigint | null;
  /** How often that lane has moved on: by refreshes, and by erasures. */
  readonly refreshes: number;
  /** The table's fields once this dataset's rows are in it. */
  readonly tableFields: readonly Field[];
}

export type InspectContext = Pick<
  RunContext,
  "session" | "lake" | "clock" | "random" | "signal" | "definition" | "environmentName" | "environment" | "stateObjects"
>;

/** Reads what is there; writes nothing. Throws what makes the dataset impossible to land, naming it. */
export async function inspectDataset(
  context: InspectContext,
  name: string,
  purpose: Purpose = live,
): Promise<InspectedDataset> {
  return inspectTable(context, await inspectSource(context, name), purpose);
}

/** The part that asks the source. */
export async function inspectSource(context: InspectContext, name: string): Promise<InspectedSource> {
  return planSource(context, name, await describeSource(context, name));
}

/** What the source says of itself. */
export interface SourceFacts {
  /** Undefined for a query. */
  readonly described: DescribedTable | undefined;
  readonly columns: readonly SourceColumn[];
}

/** Asks the source what it is. Throws DATASET_UNKNOWN, and what `describeTable` does. */
export async function describeSource(
  { session, signal, definition }: Pick<RunContext, "session" | "signal" | "definition">,
  name: string,
): Promise<SourceFacts> {
  const dataset = datasetOf(definition, name);
  const source = extractSource(dataset);
  const described = "table" in source ? await describeTable(session, source.table, { signal }) : undefined;
  const columns =
    described?.table.columns ??
    queryColumns(sourceColumns(dataset.source), await describeColumns(session, source, { signal }));
  return { described, columns };
}

/** How a dataset lands whose source is so. Asks nothing and nobody. */
export function planSource(
  { lake: store, clock, random, definition }: Pick<RunContext, "lake" | "clock" | "random" | "definition">,
  name: string,
  { described, columns }: SourceFacts,
): InspectedSource {
  const dataset = datasetOf(definition, name);
  const schema = planLandingSchema(dataset, { columns });
  const layout = planTableLayout(
    schema.batchFields,
    dataset.land.partitionBy.length === 0 ? [] : schema.partitions.map(({ transform }) => transform),
  );
  return {
    name,
    dataset,
    source: extractSource(dataset),
    columns,
    described,
    schema,
    layout,
    guarantee: described && described.retentionDays > 0 ? guarantees.snapshot : guarantees.statement,
    readBy: readBy(dataset, columns),
    table: openDatasetTable(dataset, { store, path: tablePath(name, dataset), clock, random }),
  };
}

function datasetOf({ datasets }: Pipeline, name: string): Dataset {
  const dataset = Object.hasOwn(datasets, name) ? datasets[name] : undefined;
  if (dataset) return dataset;
  throw pipelineError(
    "DATASET_UNKNOWN",
    `There is no dataset ${JSON.stringify(name)}; known are ${Object.keys(datasets).join(", ")}.`,
  );
}

/** The part that asks the table: may be repeated as it grows. */
export async function inspectTable(
  context: RouteContext,
  source: InspectedSource,
  purpose: Purpose,
): Promise<InspectedDataset> {
  return inspectLanes(context, source, { purpose, route: await findRoute(context, source) });
}

/** The part that asks the table alone, for a source whose route is known. */
export async function inspectLanes(
  { signal, definition, environmentName }: Pick<RunContext, "signal" | "definition" | "environmentName">,
  source: InspectedSource,
  { purpose, route }: { readonly purpose: Purpose; readonly route: Route },
): Promise<InspectedDataset> {
  const { table, layout } = source;
  const place = { environment: environmentName, pipeline: definition.name, dataset: source.name };
  const lane = laneOf(place, purpose);
  const snapshot = await table.snapshot({ signal });
  if (!snapshot && (await isOtherKind(table, signal))) throw otherKind(source);
  const { n, hi } = readLane(snapshot, lane);
  const refreshed = readLane(snapshot, refreshLane(place));
  return {
    ...source,
    purpose,
    route,
    lane,
    snapshot,
    position: { version: n, hi: hi ?? null },
    marks: readLaneMarks(snapshot, lane),
    refreshedMicros: refreshed.hi ?? null,
    refreshes: refreshed.n,
    tableFields: snapshot ? fieldsAfter(snapshot, layout, `${table.store.uri}/${table.path}`) : layout.fields,
  };
}

function fieldsAfter(state: TableState, { fields, partitionColumns }: TableLayout, uri: string): readonly Field[] {
  if (isPlainState(state)) {
    checkPartitions(state.table.partitionColumns, partitionColumns, uri);
    return fields;
  }
  const comparison = compareSchema(state.metaData, { fields, partitionColumns });
  if (comparison.kind === "incompatible") {
    throw pipelineError(
      "SCHEMA_MISMATCH",
      `The table ${uri} is not what the definition lands. ${comparison.message} Land the dataset under another name, or change the definition.`,
      { details: { ...comparison } },
    );
  }
  return comparison.fields;
}

/** A refresh of plain Parquet may bring any columns, for it leaves no older file; a catalog keeps partitions under their keys. */
function checkPartitions(held: readonly string[], incoming: readonly string[], uri: string): void {
  const [expected, found] = [held.join(", "), incoming.join(", ")];
  if (expected === found) return;
  throw pipelineError(
    "SCHEMA_MISMATCH",
    `The table ${uri} is partitioned by (${expected}), and the definition says (${found}). Land the dataset under another name, or change the definition.`,
    { details: { expected, found } },
  );
}

function otherKind({ name, dataset, table }: InspectedSource): Error {
  const [own, other] = dataset.land.kind === "parquet" ? ["parquet()", "delta()"] : ["delta()", "parquet()"];
  return pipelineError(
    "SCHEMA_MISMATCH",
    `${name} lands by ${own}, and at ${table.store.uri}/${table.path} is a table that was landed by ${other}. Land the dataset under another name or in another zone, or change the definition.`,
  );
}
