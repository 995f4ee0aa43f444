import { type ColumnVector, type Field, valueAt } from "@snowmelt/core/types";
import { valueText } from "../value-text/value-text.ts";

/** `ORDER_ID = 42, LINE = 3`, for messages. */
export function keyText(fields: readonly Field[], columns: readonly ColumnVector[], row: number): string {
  return fields
    .map(({ name, type }, index) => {
      const vector = columns[index];
      return `${name} = ${vector ? valueText(type, valueAt(type, vector, row)) : "?"}`;
    })
    .join(", ");
}
