import { bindRule, type Rule, renameRuleColumns } from "../quality/index.ts";
import {
  checkColumnNames,
  type Field,
  type LandedColumn,
  type PartitionTransform,
  partitionField,
  planLanding,
  type Rename,
  type SourceColumn,
} from "../types/index.ts";
import type { Dataset } from "./dataset.ts";
import { sourceColumns } from "./source.ts";

/** What a dataset's table looks like, in the names that land. */
export interface LandedSchema {
  /** What is extracted and landed, each with the source column it is made of. */
  readonly columns: readonly LandedColumn[];
  /** The transforms, over landed names, and the field each gives. An identity's field is one of `columns`. */
  readonly partitions: readonly { readonly transform: PartitionTransform; readonly field: Field }[];
  /** The table's fields: the columns', then the derived partition fields. */
  readonly fields: readonly Field[];
  readonly renames: readonly Rename[];
  /** Empty without a key. */
  readonly key: readonly string[];
  readonly rules: readonly Rule[];
}

/**
 * The landed schema of a dataset; pure. `columns` are the source's by default, or those that a decision on drift gave.
 * Throws what `planLanding`, `checkColumnNames` and `partitionField` throw.
 */
export function planLandedSchema(
  dataset: Dataset,
  columns: readonly SourceColumn[] = sourceColumns(dataset.source),
): LandedSchema {
  const { columns: landed, renames } = planLandedColumns(dataset, columns);
  const nameOf = landedNames(landed);
  const fields = landed.map(({ field }) => field);
  const partitions = dataset.land.partitionBy.map(({ kind, column }) => {
    const transform = { kind, column: nameOf(column) };
    return { transform, field: partitionField(transform, fields) };
  });
  const derived = partitions.flatMap(({ transform, field }) => (transform.kind === "identity" ? [] : [field]));
  return {
    columns: landed,
    partitions,
    fields: [...fields, ...derived],
    renames,
    key: (dataset.key ?? []).map(nameOf),
    rules: dataset.quality.map((rule) => renameRuleColumns(rule, nameOf)),
  };
}

/** The source columns that the definition names: they cannot go missing. */
export function requiredColumns({ key = [], sync, land, quality }: Dataset): string[] {
  return [
    ...new Set([
      ...key,
      ...(sync.kind === "incremental" ? [sync.cursor] : []),
      ...land.partitionBy.map(({ column }) => column),
      ...quality.flatMap((rule) => bindRule(rule).columns),
    ]),
  ];
}

/** The landed columns under their landed names. */
export function planLandedColumns(dataset: Dataset, columns: readonly SourceColumn[]) {
  const planned = planLanding(columns, dataset.columns, dataset.land.kind);
  const { names, renames } = checkColumnNames(
    planned.map(({ field }) => field),
    dataset.names,
  );
  const landed = planned.map((column, index) => ({
    ...column,
    field: { ...column.field, name: names[index] ?? column.field.name },
  }));
  return { columns: landed, renames };
}

/** The landed name of a source column's value; an unknown name stays as it is. */
export function landedNames(columns: readonly LandedColumn[]): (source: string) => string {
  const names = new Map(
    columns.flatMap(({ source, part, field }): [string, string][] =>
      part.kind === "nanos" || part.kind === "offsetMinutes" ? [] : [[source, field.name]],
    ),
  );
  return (source) => names.get(source) ?? source;
}
