import type { ColumnVector, Field } from "@snowmelt/core/types";
import { parquetError } from "../parquet-error.ts";
import type { DecodedPage } from "./chunk-pages.ts";
import { openVectorAssembler } from "./vector-assembler.ts";

/** The rows of one column chunk in order. */
export interface ColumnRows {
  /** The next `rowCount` rows; PARQUET_CORRUPT when there are fewer. */
  take(rowCount: number): ColumnVector;
}

/** Cuts pages into vectors as long as asked for. */
export function openColumnRows(field: Field, pages: Iterator<DecodedPage>): ColumnRows {
  let page: DecodedPage | undefined;
  let row = 0;
  let value = 0;
  return {
    take(rowCount) {
      const assembler = openVectorAssembler(field.type, rowCount);
      for (let taken = 0; taken < rowCount; ) {
        if (!page || row === page.rowCount) {
          const next = pages.next();
          if (next.done) throw endsEarly(field, rowCount - taken);
          page = next.value;
          row = value = 0;
          continue;
        }
        const to = Math.min(page.rowCount, row + rowCount - taken);
        value += assembler.append({ page, from: row, to, value });
        taken += to - row;
        row = to;
      }
      const vector = assembler.finish();
      if (vector.nullCount > 0 && !field.nullable) throw holdsNull(field);
      return vector;
    },
  };
}

const endsEarly = (field: Field, missing: number) =>
  parquetError("PARQUET_CORRUPT", `Column ${JSON.stringify(field.name)} ends ${missing} rows early.`);

const holdsNull = (field: Field) =>
  parquetError(
    "PARQUET_NULL_IN_REQUIRED",
    `Column ${JSON.stringify(field.name)} is read as NOT NULL, but holds NULL.`,
    {
      details: { column: field.name },
    },
  );
