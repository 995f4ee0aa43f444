import type { ColumnBatch } from "@snowmelt/core/types";
import type { PartitionValues } from "../delta/action.ts";
import { openPartitionCoder, type PartitionCoder } from "./derive-partition.ts";
import type { TableLayout } from "./table-layout.ts";

/** The rows of one partition in a batch: a range of it, or the row numbers in ascending order. */
export interface PartitionRows {
  /** The same for the same partition over all batches. */
  readonly partition: string;
  readonly values: PartitionValues;
  readonly rows: { readonly from: number; readonly to: number } | Int32Array;
}

/** Finds the partition of every row. Holds the partition values seen, not the rows. */
export function openRowSplitter(layout: TableLayout): (batch: ColumnBatch) => readonly PartitionRows[] {
  const columns = layout.partitions.map((partition) => {
    const source = layout.sourceFields[partition.sourceIndex] ?? partition.field;
    return { partition, coder: openPartitionCoder(partition, source.type) };
  });
  if (columns.length === 0) {
    return ({ rowCount }) => [{ partition: "", values: {}, rows: { from: 0, to: rowCount } }];
  }
  const only = columns.length === 1 ? columns[0] : undefined;
  const partitionOf = (batch: ColumnBatch, row: number): string | number => {
    const code = ({
      partition,
      coder,
    }: {
      partition: TableLayout["partitions"][number];
      coder: PartitionCoder;
    }): number => {
      const vector = batch.columns[partition.sourceIndex];
      if (!vector) throw new RangeError(`the batch has no column ${partition.sourceIndex}`);
      return coder.codeOf(vector, row);
    };
    return only ? code(only) : columns.map(code).join("/");
  };
  const valuesOf = (partition: string | number): PartitionValues => {
    const codes = String(partition).split("/").map(Number);
    return Object.fromEntries(
      columns.map(({ partition, coder }, index) => [partition.field.name, coder.textOf(codes[index] ?? 0)]),
    );
  };
  return (batch) =>
    groupRows(batch, partitionOf).map(([partition, rows]) => ({
      partition: String(partition),
      values: valuesOf(partition),
      rows,
    }));
}

function groupRows(
  batch: ColumnBatch,
  partitionOf: (batch: ColumnBatch, row: number) => string | number,
): readonly (readonly [string | number, PartitionRows["rows"]])[] {
  const groups = new Map<string | number, { from: number; to: number }[]>();
  let open: { partition: string | number; run: { from: number; to: number } } | undefined;
  for (let row = 0; row < batch.rowCount; row++) {
    const partition = partitionOf(batch, row);
    if (open?.partition === partition) {
      open.run.to = row + 1;
      continue;
    }
    const run = { from: row, to: row + 1 };
    const runs = groups.get(partition);
    if (runs) runs.push(run);
    else groups.set(partition, [run]);
    open = { partition, run };
  }
  return [...groups].map(([partition, runs]) => [partition, toRows(runs)] as const);
}

function toRows(runs: readonly { readonly from: number; readonly to: number }[]): PartitionRows["rows"] {
  const [first] = runs;
  if (first && runs.length === 1) return first;
  const rows = new Int32Array(runs.reduce((count, { from, to }) => count + to - from, 0));
  let at = 0;
  for (const { from, to } of runs) for (let row = from; row < to; row++) rows[at++] = row;
  return rows;
}
