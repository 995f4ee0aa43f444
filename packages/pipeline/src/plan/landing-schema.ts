import {
  type Dataset,
  type LandedSchema,
  planLandedSchema,
  requiredColumns,
  sourceColumns,
} from "@snowmelt/core/definition";
import { decideDrift, type Field, type LandedColumn, type SourceColumn } from "@snowmelt/core/types";
import { pipelineError } from "../pipeline-error.ts";

/** How a dataset lands from the source as it is now: the joint of definition, live schema and type mapping. */
export interface LandingSchema extends LandedSchema {
  /** The landed columns the source still has; what is extracted. */
  readonly extracted: readonly LandedColumn[];
  /** What every landed batch holds: the extracted fields, then those the source has lost, NULL from now on. */
  readonly batchFields: readonly Field[];
  /** The cursor's landed name. */
  readonly cursor: string | null;
  readonly notices: readonly { readonly code: string; readonly message: string }[];
}

/** Pure. Throws SCHEMA_MISMATCH for drift that the policy does not allow, and what names and types refuse. */
export function planLandingSchema(
  dataset: Dataset,
  live: { readonly columns: readonly SourceColumn[] },
): LandingSchema {
  const drift = decideDrift({
    committed: { columns: sourceColumns(dataset.source) },
    live,
    policy: dataset.onSchemaChange,
    overrides: dataset.columns,
    target: dataset.land.kind,
    required: requiredColumns(dataset),
    ...(dataset.source.kind === "query" ? { howToCommit: "change the columns of its query()" } : {}),
  });
  if (drift.decision === "fail") {
    throw pipelineError(
      "SCHEMA_MISMATCH",
      `The source is not what the committed schema says: ${drift.problems.join(". ")}.`,
      {
        details: { changes: drift.changes },
      },
    );
  }
  const schema = planLandedSchema(dataset, drift.columns);
  const isMissing = ({ source }: LandedColumn): boolean => drift.missing.includes(source);
  const extracted = schema.columns.filter((column) => !isMissing(column));
  const { sync } = dataset;
  const ofCursor = ({ source, part }: LandedColumn): boolean =>
    sync.kind === "incremental" && source === sync.cursor && part.kind !== "nanos" && part.kind !== "offsetMinutes";
  return {
    ...schema,
    extracted,
    cursor: schema.columns.find(ofCursor)?.field.name ?? null,
    batchFields: [...extracted, ...schema.columns.filter(isMissing)].map(({ field }) => field),
    notices: [
      ...drift.notices.map((message) => ({ code: "SCHEMA_CHANGED", message })),
      ...schema.renames.map(({ from, to }) => ({
        code: "COLUMN_RENAMED",
        message: `Column ${JSON.stringify(from)} lands as ${JSON.stringify(to)}.`,
      })),
    ],
  };
}
