import { type Field, type PartitionTransform, partitionField } from "@snowmelt/core/types";
import { lakeError } from "../lake-error.ts";

/** Which columns a table has, and which of them its files hold. */
export interface TableLayout {
  /** Of the batches that are landed. */
  readonly sourceFields: readonly Field[];
  /** Of the table: the source's, then the derived partition columns. */
  readonly fields: readonly Field[];
  /** Of the data files: the partition columns are in the log alone, as Spark writes it. */
  readonly fileFields: readonly Field[];
  readonly partitions: readonly LayoutPartition[];
  readonly partitionColumns: readonly string[];
}

export interface LayoutPartition {
  readonly transform: PartitionTransform;
  /** The partition column. */
  readonly field: Field;
  /** Of the source column in the batches. */
  readonly sourceIndex: number;
}

/** Throws when a partition does not go with the columns, naming it, or when nothing is left for the files to hold. */
export function planTableLayout(
  sourceFields: readonly Field[],
  partitionBy: readonly PartitionTransform[] = [],
): TableLayout {
  const fields = [...sourceFields];
  const partitions = partitionBy.map((transform): LayoutPartition => {
    const field = partitionField(transform, fields);
    if (transform.kind !== "identity") fields.push(field);
    return { transform, field, sourceIndex: sourceFields.findIndex(({ name }) => name === transform.column) };
  });
  const partitionColumns = partitions.map(({ field }) => field.name);
  const twice = partitionColumns.find((name, index) => partitionColumns.indexOf(name) !== index);
  if (twice !== undefined) throw lakeError("PARTITION_INVALID", `The table is partitioned by ${twice} twice.`);
  const fileFields = sourceFields.filter(({ name }) => !partitionColumns.includes(name));
  if (fileFields.length === 0) {
    throw lakeError("PARTITION_INVALID", "Every column is a partition column; a table needs one that its files hold.");
  }
  return { sourceFields, fields, fileFields, partitions, partitionColumns };
}
