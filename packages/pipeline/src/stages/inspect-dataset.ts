import type { Dataset } from "@snowmelt/core/definition";
import type { Field, SourceColumn } from "@snowmelt/core/types";

import {
  compareSchema,
  type DeltaTable,
  openDeltaTable,
  planTableLayout,
  readLane,
  type Snapshot,
  type TableLayout,
} from "@snowmelt/lake/delta";
import { type DescribedTable, describeColumns, describeTable, type ExtractSource } from "@snowmelt/snowflake";
import { pipelineError } from "../pipeline-error.ts";
import { extractSource, tablePath } from "../plan/dataset-place.ts";
import { type LandingSchema, planLandingSchema } from "../plan/landing-schema.ts";
import { liveLane } from "../plan/live-lane.ts";
import type { LanePosition } from "../plan/next-step.ts";
import { type Guarantee, guarantees } from "../plan/pipeline-plan.ts";
import { readBy } from "../plan/read-by.ts";
import type { RunContext } from "../run/run-context.ts";
import { type LaneInfo, readLaneInfo } from "./lane-info.ts";

/** A dataset as source and lake are now, before a window is chosen. */
export interface InspectedDataset {
  readonly name: string;
  readonly dataset: Dataset;
  readonly lane: string;
  readonly source: ExtractSource;
  readonly columns: readonly SourceColumn[];
  /** Undefined for a query. */
  readonly described: DescribedTable | undefined;
  readonly schema: LandingSchema;
  readonly layout: TableLayout;
  readonly guarantee: Guarantee;
  readonly table: DeltaTable;
  readonly snapshot: Snapshot | undefined;
  readonly position: LanePosition;
  /** What windows are bounds of now, and what the table's last one was. */
  readonly readBy: string;
  readonly laneInfo: LaneInfo;
  /** The table's fields once this dataset's rows are in it. */
  readonly tableFields: readonly Field[];
}

export type InspectContext = Pick<
  RunContext,
  "session" | "lake" | "clock" | "random" | "signal" | "definition" | "environmentName"
>;

/** Reads what is there; writes nothing. Throws what makes the dataset impossible to land, naming it. */
export async function inspectDataset(context: InspectContext, name: string): Promise<InspectedDataset> {
  const { session, lake: store, clock, random, signal, definition, environmentName } = context;
  const dataset = definition.datasets[name];
  if (!dataset) {
    throw pipelineError(
      "DATASET_UNKNOWN",
      `There is no dataset ${JSON.stringify(name)}; known are ${Object.keys(definition.datasets).join(", ")}.`,
    );
  }
  const source = extractSource(dataset);
  const described = "table" in source ? await describeTable(session, source.table, { signal }) : undefined;
  const columns = described?.table.columns ?? (await describeColumns(session, source, { signal }));
  const schema = planLandingSchema(dataset, { columns });
  const layout = planTableLayout(
    schema.batchFields,
    dataset.land.partitionBy.length === 0 ? [] : schema.partitions.map(({ transform }) => transform),
  );
  const lane = liveLane({ environment: environmentName, pipeline: definition.name, dataset: name });
  const table = openDeltaTable({ store, path: tablePath(name, dataset), clock, random });
  const snapshot = await table.snapshot({ signal });
  const { n, hi } = readLane(snapshot, lane);
  const laneInfo = await readLaneInfo(table, snapshot, lane);
  return {
    name,
    dataset,
    lane,
    source,
    columns,
    described,
    schema,
    layout,
    guarantee: described && described.retentionDays > 0 ? guarantees.snapshot : guarantees.statement,
    table,
    snapshot,
    position: { version: n, hi: hi ?? null },
    readBy: readBy(dataset, columns),
    laneInfo,
    tableFields: snapshot ? fieldsAfter(snapshot, layout, `${store.uri}/${table.path}`) : layout.fields,
  };
}

function fieldsAfter({ metaData }: Snapshot, { fields, partitionColumns }: TableLayout, uri: string): readonly Field[] {
  const comparison = compareSchema(metaData, { fields, partitionColumns });
  if (comparison.kind === "incompatible") {
    throw pipelineError(
      "SCHEMA_MISMATCH",
      `The table ${uri} is not what the definition lands. ${comparison.message} Land the dataset under another name, or change the definition.`,
      { details: { ...comparison } },
    );
  }
  return comparison.fields;
}
