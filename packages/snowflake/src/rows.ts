import {
  type ColumnBatch,
  type Field,
  type LandedColumn,
  parseSnowflakeColumnType,
  type SnowflakeType,
  type SourceTable,
  type Value,
  valueAt,
} from "@snowmelt/core/types";
import type { CursorWindow } from "./cursor-window.ts";
import { planExtract } from "./plan-extract.ts";
import type { RowOf } from "./row-types.ts";
import type { SnowflakeSession } from "./session.ts";
import { type StreamOptions, stream } from "./stream.ts";

export interface RowsOptions<T extends SourceTable>
  extends Pick<StreamOptions, "signal" | "batchRows" | "parallel" | "onProgress" | "clock" | "random" | "logger"> {
  readonly table: T;
  /** A uuid under which the query is submitted; the same again reads the same result. */
  readonly requestId: string;
  readonly window?: CursorWindow | undefined;
  readonly atMicros?: bigint | undefined;
}

/**
 * The rows of a table, typed by its committed schema: `for await (const flight of rows(session, { table: FLIGHTS, … }))`. For
 * scripts; bulk work takes `stream`. Throws RESULT_MISMATCH when the live table no longer has the schema's columns.
 */
export async function* rows<const T extends SourceTable>(
  session: SnowflakeSession,
  { table, requestId, window, atMicros, ...options }: RowsOptions<T>,
): AsyncGenerator<RowOf<T["columns"]>, void> {
  const landed = table.columns.map(([name, type]) => exactColumn(name, type));
  const plan = planExtract({ source: { table }, landed, window, atMicros });
  const { signal } = options;
  const queryId = await session.submit(plan.sql, { requestId, signal });
  await session.awaitQuery(queryId, { signal });
  for await (const { batch } of stream(session, { ...options, queryId, plan })) {
    const readers = landed.map((column, index) => valueReader(column, batch, index));
    for (let row = 0; row < batch.rowCount; row++) {
      // The columns' types say what the decoder made of them.
      yield Object.fromEntries(
        landed.map(({ field }, index) => [field.name, readers[index]?.(row) ?? null]),
      ) as unknown as RowOf<T["columns"]>;
    }
  }
}

/** A column landed so that no value is lost: text wherever JavaScript has nothing exact. */
function exactColumn(source: string, typeText: string): LandedColumn {
  const { type: sourceType, nullable } = parseSnowflakeColumnType(typeText);
  const type = exactType(sourceType);
  const field: Field = { name: source, type, nullable };
  return { field, source, sourceType, part: { kind: type.kind === "string" ? "text" : "value" } };
}

function exactType(type: SnowflakeType): Field["type"] {
  switch (type.kind) {
    case "number":
      if (type.scale !== 0) return { kind: "string" };
      return type.precision <= 18 ? { kind: "int64" } : { kind: "decimal", precision: type.precision, scale: 0 };
    case "float":
      return { kind: "float64" };
    case "boolean":
      return { kind: "boolean" };
    case "binary":
      return { kind: "binary" };
    default:
      return { kind: "string" };
  }
}

const safePrecision = 15;

function valueReader({ field, sourceType }: LandedColumn, batch: ColumnBatch, index: number): (row: number) => Value {
  const vector = batch.columns[index];
  if (!vector) throw new RangeError(`the batch has no column ${index}`);
  if (sourceType.kind !== "number" || sourceType.scale !== 0 || sourceType.precision > safePrecision) {
    return (row) => valueAt(field.type, vector, row);
  }
  return (row) => {
    const value = valueAt(field.type, vector, row);
    return typeof value === "bigint" ? Number(value) : value;
  };
}
