import { z } from "zod";
import { PartitionKind } from "../types/index.ts";
import { strict } from "./strict.ts";

const expected =
  'expected a column or a transform, such as "ORIGIN", identity("ORIGIN"), year("DATE"), month("DATE"), day("DATE") or hour("AT")';

/** A transform, or a column's name for its identity. */
export const Partition = z.union(
  [
    strict({ kind: PartitionKind, column: z.string() }),
    z.string().transform((column) => ({ kind: "identity" as const, column })),
  ],
  { error: expected },
);

const transform =
  <K extends PartitionKind>(kind: K) =>
  <const C extends string>(column: C) =>
    ({ kind, column }) as const;

/** One partition a value of the column. */
export const identity = transform("identity");
/** `2001`, as an integer in `<column>_year`. */
export const year = transform("year");
/** `2001-01`, as text in `<column>_month`. */
export const month = transform("month");
/** `2001-01-31`, as a date in `<column>_day`. */
export const day = transform("day");
/** `2001-01-31-23`, as text in `<column>_hour`. */
export const hour = transform("hour");
