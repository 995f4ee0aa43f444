import type { DeltaTable } from "@snowmelt/lake/delta";
import { isPlainTable } from "../lake/dataset-table.ts";
import type { InspectedSource } from "../stages/inspect-dataset.ts";
import { notChecked } from "./rung-check.ts";
import type { RungCheck } from "./verification.ts";

/** A dataset that lands in a Delta table. */
export interface DeltaSource extends InspectedSource {
  readonly table: DeltaTable;
}

export const isDelta = (inspected: InspectedSource): inspected is DeltaSource => !isPlainTable(inspected.table);

/** What is said of a dataset that lands without a log. */
export const plainCheck = ({ name }: InspectedSource): RungCheck =>
  notChecked("files", {
    name: "table",
    subject: name,
    because: "it is plain Parquet, without a log to verify; a run verifies what it lands before it is visible",
  });
