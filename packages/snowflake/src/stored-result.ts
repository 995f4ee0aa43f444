import type { DriverColumn, DriverStatement, TextRow } from "./driver.ts";
import { type RowRange, readRange } from "./range-reader.ts";
import type { ResultColumn } from "./session.ts";
import { snowflakeError } from "./snowflake-error.ts";

/** A query's stored result. Its download links live for hours, so it is opened anew for each range. */
export interface StoredResult {
  readonly queryId: string;
  readonly rowCount: number;
  readonly columns: readonly ResultColumn[];
  /** See `readRange`; once per opened result. */
  read(
    range: RowRange,
    options: {
      readonly stallMs: number;
      readonly signal?: AbortSignal | undefined;
      readonly onRows: (rows: readonly TextRow[], firstRow: number) => void;
    },
  ): Promise<void>;
}

export function openStoredResult(
  statement: DriverStatement,
  {
    queryId,
    secrets,
    columnOf,
  }: { queryId: string; secrets: readonly string[]; columnOf: (column: DriverColumn) => ResultColumn },
): StoredResult {
  const rowCount = statement.getNumRows();
  const columns = statement.getColumns();
  if (rowCount === undefined || columns === undefined) {
    throw snowflakeError("RESULT_UNREADABLE", `The result of query ${queryId} came without its columns and row count.`);
  }
  return {
    queryId,
    rowCount,
    columns: columns.map(columnOf),
    read: (range, options) => readRange(statement, range, { ...options, queryId, secrets }),
  };
}
