import { type ColumnVector, isValid, type TimeUnit, type Value, valueAt } from "@snowmelt/core/types";
import { lakeError } from "../lake-error.ts";
import { dateText } from "../value-text/date-text.ts";
import { toPartitionText } from "./partition-value.ts";
import type { LayoutPartition } from "./table-layout.ts";

/**
 * Gives the partition of rows as small integers, the same for the same partition over all batches; `textOf` gives the
 * partition value of a code. Instants are taken in UTC, wall-clock readings and dates as they show; NULL gives NULL.
 */
export interface PartitionCoder {
  codeOf(vector: ColumnVector, row: number): number;
  textOf(code: number): string | null;
}

export function openPartitionCoder(partition: LayoutPartition, sourceType: Field["type"]): PartitionCoder {
  const texts: (string | null)[] = [];
  const codeByText = new Map<string | null, number>();
  const intern = (text: string | null): number => {
    let code = codeByText.get(text);
    if (code === undefined) {
      code = texts.push(text) - 1;
      codeByText.set(text, code);
    }
    return code;
  };
  const memo = new Map<number | string, number>();
  const derive = openDerivation(partition, sourceType);
  return {
    codeOf(vector, row) {
      if (!isValid(vector, row)) return intern(null);
      const step = derive.stepOf(vector, row);
      let code = memo.get(step);
      if (code === undefined) {
        code = intern(derive.textOf(step, vector, row));
        if (memo.size < maxMemo) memo.set(step, code);
      }
      return code;
    },
    textOf: (code) => texts[code] ?? null,
  };
}

type Field = LayoutPartition["field"];

/** Steps are remembered with their partition up to here; past it they are derived anew. */
const maxMemo = 1_000_000;

interface Derivation {
  /** Rows of one step are of one partition: the day or hour since 1970, or the value itself. */
  stepOf(vector: ColumnVector, row: number): number | string;
  textOf(step: number | string, vector: ColumnVector, row: number): string | null;
}

function openDerivation({ transform, field }: LayoutPartition, sourceType: Field["type"]): Derivation {
  if (transform.kind === "identity") {
    return {
      stepOf: (vector, row) => stepOfValue(valueAt(field.type, vector, row)),
      textOf: (_step, vector, row) => toPartitionText(field, valueAt(field.type, vector, row)),
    };
  }
  const { kind, column } = transform;
  const unit = sourceType.kind === "timestamp" ? sourceType.unit : undefined;
  const stepsPerDay = kind === "hour" ? 24 : 1;
  return {
    stepOf: (vector, row) => timeStep(vector, row, unit, stepsPerDay),
    textOf(step) {
      const days = Math.floor(Number(step) / stepsPerDay);
      const date = dateText(days);
      if (date === undefined) {
        throw lakeError(
          "PARTITION_VALUE_INVALID",
          `Cannot partition by ${kind}(${JSON.stringify(column)}): day ${days} since 1970 is outside the years 0001 to 9999.`,
          { details: { column, days } },
        );
      }
      if (kind === "year") return String(Number(date.slice(0, 4)));
      if (kind === "month") return date.slice(0, 7);
      if (kind === "day") return date;
      return `${date}-${String(Number(step) - days * 24).padStart(2, "0")}`;
    },
  };
}

function stepOfValue(value: Value): number | string {
  return typeof value === "number" || typeof value === "string" ? value : String(value);
}

function timeStep(vector: ColumnVector, row: number, unit: TimeUnit | undefined, stepsPerDay: number): number {
  if (vector.storage === "int32") return vector.values[row] ?? 0;
  if (vector.storage !== "int64" || unit === undefined) throw new TypeError(`expected a time, got ${vector.storage}`);
  const value = vector.values[row] ?? 0n;
  const unitsPerStep = ((unit === "us" ? 1e6 : 1e9) * 86_400) / stepsPerDay;
  const asNumber = Number(value);
  if (Number.isSafeInteger(asNumber)) return Math.floor(asNumber / unitsPerStep);
  const step = BigInt(unitsPerStep);
  return Number((value - (((value % step) + step) % step)) / step);
}
