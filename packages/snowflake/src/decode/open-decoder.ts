import {
  type ColumnBatch,
  type Field,
  landTypeText,
  openVectorBuilder,
  snowflakeTypeText,
  type VectorBuilder,
} from "@snowmelt/core/types";
import type { TextRow } from "../driver.ts";
import type { CellPlan, ExtractPlan } from "../plan-extract.ts";
import { snowflakeError } from "../snowflake-error.ts";
import { outOfRange } from "./cell-error.ts";
import type { ColumnDecoder, Target } from "./column-decoder.ts";
import { decimalDecoder } from "./decode-decimal.ts";
import { floatDecoder } from "./decode-float.ts";
import { integerDecoder } from "./decode-integer.ts";
import { booleanDecoder, hexDecoder, textDecoder } from "./decode-text.ts";
import { dateDecoder, timeDecoder } from "./decode-time.ts";
import { timestampDecoder } from "./decode-timestamp.ts";

/** Turns rows of text into columns, one batch after the other. */
export interface BatchDecoder {
  /** Rows since the last `finish`. */
  readonly rowCount: number;
  /** Bytes the columns hold since the last `finish`. */
  readonly byteLength: number;
  /** Appends rows; `firstRow` is their place in the whole result, for errors. Throws VALUE_OUT_OF_RANGE. */
  append(rows: readonly TextRow[], firstRow: number): void;
  /** Hands the batch over and starts the next. Throws VALUE_OUT_OF_RANGE for a NULL where the source says NOT NULL. */
  finish(): ColumnBatch;
}

type DecodePlan = Pick<ExtractPlan, "fields" | "cells">;

/** A decoder of a plan's rows. Throws PLAN_INVALID for a cell that cannot become its field. */
export function openDecoder({ fields, cells }: DecodePlan, expectedRows?: number): BatchDecoder {
  const builders = fields.map((field) => openVectorBuilder(field.type, expectedRows));
  const decoders = cells.flatMap((cell, column) => cellDecoders(cell, { column, fields, builders }));
  let batchStart = 0;
  return {
    get rowCount() {
      return builders[0]?.rowCount ?? 0;
    },
    get byteLength() {
      return builders.reduce((total, builder) => total + builder.byteLength, 0);
    },
    append(rows, firstRow) {
      if ((builders[0]?.rowCount ?? 0) === 0) batchStart = firstRow;
      for (const decode of decoders) decode(rows, firstRow);
    },
    finish() {
      const rowCount = builders[0]?.rowCount ?? 0;
      const columns = builders.map((builder) => builder.finish());
      for (const [index, field] of fields.entries()) {
        const vector = columns[index];
        if (field.nullable || !vector || vector.nullCount === 0) continue;
        const row = batchStart + firstNull(vector.validity ?? new Uint8Array());
        throw outOfRange({ source: field.name, field, row }, null, "the source declares the column NOT NULL");
      }
      return { fields, columns, rowCount };
    },
  };
}

/** All of some rows as one batch. */
export function decodeCells(rows: readonly TextRow[], plan: DecodePlan, firstRow = 0): ColumnBatch {
  const decoder = openDecoder(plan, rows.length);
  decoder.append(rows, firstRow);
  return decoder.finish();
}

interface Columns {
  readonly column: number;
  readonly fields: readonly Field[];
  readonly builders: readonly VectorBuilder[];
}

function cellDecoders(cell: CellPlan, { column, fields, builders }: Columns): ColumnDecoder[] {
  const targets = cell.outputs.map(({ field: index, part }) => {
    const field = fields[index];
    const builder = builders[index];
    if (!field || !builder) throw new RangeError(`the plan names field ${index} of ${fields.length}`);
    return { part, target: { column, source: cell.source, type: cell.type, field, builder } };
  });
  const builderOf = (kind: string): VectorBuilder | undefined =>
    targets.find(({ part }) => part.kind === kind)?.target.builder;
  return targets.flatMap(({ part, target }): ColumnDecoder[] => {
    if (part.kind === "text") return [textDecoder(target)];
    if (part.kind === "nanos" || part.kind === "offsetMinutes") return [];
    if (part.kind === "value") return [valueDecoder(target)];
    if (target.field.type.kind === "time") return [timeDecoder(target)];
    const nanos = builderOf("nanos");
    const offsetMinutes = builderOf("offsetMinutes");
    return [timestampDecoder({ micros: checkMicros(target), policy: part, nanos, offsetMinutes })];
  });
}

function valueDecoder(target: Target): ColumnDecoder {
  const { type } = target.field;
  switch (type.kind) {
    case "int64":
      return integerDecoder(target);
    case "decimal":
      return decimalDecoder(target, type.precision, type.scale);
    case "float64":
      return floatDecoder(target);
    case "boolean":
      return booleanDecoder(target);
    case "date":
      return dateDecoder(target);
    case "string":
      return textDecoder(target);
    case "binary":
      return hexDecoder(target);
    default:
      throw unreadable(target);
  }
}

function checkMicros(target: Target): Target {
  const { type } = target.field;
  if (type.kind !== "timestamp" || type.unit !== "us") throw unreadable(target);
  return target;
}

const unreadable = ({ source, type, field }: Target) =>
  snowflakeError(
    "PLAN_INVALID",
    `Column ${JSON.stringify(source)}: ${snowflakeTypeText(type)} cannot be read as ${landTypeText(field.type)}.`,
  );

function firstNull(validity: Uint8Array): number {
  let row = 0;
  while ((((validity[row >> 3] ?? 0) >> (row & 7)) & 1) === 1) row++;
  return row;
}
