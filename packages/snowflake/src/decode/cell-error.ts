import type { Field } from "@snowmelt/core/types";
import { landTypeText } from "@snowmelt/core/types";
import { snowflakeError } from "../snowflake-error.ts";

/** Where a cell is. `row` counts from 0 over the whole result. */
export interface CellPlace {
  readonly source: string;
  readonly field: Field;
  readonly row: number;
}

const shownLength = 80;

/** A value that its column cannot hold exactly. */
export function outOfRange({ source, field, row }: CellPlace, text: string | null, why: string): Error {
  const shown =
    text === null ? "NULL" : JSON.stringify(text.length > shownLength ? `${text.slice(0, shownLength)}…` : text);
  const advice = "Choose another column type or policy in the definition, or mend the value at the source.";
  return snowflakeError(
    "VALUE_OUT_OF_RANGE",
    `Column ${JSON.stringify(source)}, row ${row}: ${shown} does not fit ${landTypeText(field.type)} exactly: ${why}. ${advice}`,
    { details: { column: source, field: field.name, row, value: shown, type: landTypeText(field.type) } },
  );
}
