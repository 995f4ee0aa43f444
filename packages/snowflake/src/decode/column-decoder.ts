import type { Field, SnowflakeType, VectorBuilder } from "@snowmelt/core/types";
import type { TextRow } from "../driver.ts";

/** Appends one result column's cells of some rows to its builders. `firstRow` counts over the whole result, for errors. */
export type ColumnDecoder = (rows: readonly TextRow[], firstRow: number) => void;

/** What a decoder is made for: result column `column`, landed as `field` through `builder`. */
export interface Target {
  readonly column: number;
  readonly source: string;
  readonly type: SnowflakeType;
  readonly field: Field;
  readonly builder: VectorBuilder;
}

/** A cell as text. The driver's rows hold nothing else; were one missing, it must not pass for NULL. */
export function cellAt(row: TextRow | undefined, column: number): string | null {
  const text = row?.[column];
  if (text === undefined) throw new TypeError(`the driver handed over a row without column ${column}`);
  return text;
}
