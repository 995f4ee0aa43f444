import { type ColumnBatch, type ColumnVector, isValid } from "@snowmelt/core/types";
import type { BoundPredicate, ExactOperand } from "./bind-predicate.ts";
import type { Comparison } from "./predicate.ts";

/** What a predicate is for a row. */
export const truth = { no: 0, yes: 1, unknown: 2 } as const;

/** The rows for which the predicate is true, in order; all its columns are in the batch. */
export function matchRows(predicate: BoundPredicate, batch: ColumnBatch): Int32Array {
  const mask = evaluate(predicate, batch);
  const rows = new Int32Array(batch.rowCount);
  let count = 0;
  for (let row = 0; row < batch.rowCount; row++) if (mask[row] === truth.yes) rows[count++] = row;
  return rows.subarray(0, count);
}

function evaluate(predicate: BoundPredicate, batch: ColumnBatch): Uint8Array {
  switch (predicate.kind) {
    case "compare": {
      const { operator, operand } = predicate;
      const order = orderWith(vectorOf(predicate.field.name, batch), operand);
      const isMet = tests[operator];
      return perRow(predicate.field.name, batch, (row) => isMet(order(row)));
    }
    case "in": {
      const isMember = membership(vectorOf(predicate.field.name, batch), predicate.operands);
      return perRow(predicate.field.name, batch, isMember);
    }
    case "constant":
      return perRow(predicate.field.name, batch, () => predicate.isTrue);
    case "isNull": {
      const vector = vectorOf(predicate.field.name, batch);
      return Uint8Array.from({ length: batch.rowCount }, (_, row) => (isValid(vector, row) ? truth.no : truth.yes));
    }
    case "not":
      return evaluate(predicate.of, batch).map((value) => (value === truth.unknown ? value : 1 - value));
    case "and":
      return join(predicate.of, batch, truth.no);
    case "or":
      return join(predicate.of, batch, truth.yes);
    default:
      return predicate satisfies never;
  }
}

/** `decisive` on one side settles it; else one unknown makes it unknown. */
function join(parts: readonly BoundPredicate[], batch: ColumnBatch, decisive: 0 | 1): Uint8Array {
  const joined = new Uint8Array(batch.rowCount).fill(1 - decisive);
  for (const part of parts) {
    const mask = evaluate(part, batch);
    for (let row = 0; row < joined.length; row++) {
      if (mask[row] === decisive) joined[row] = decisive;
      else if (mask[row] === truth.unknown && joined[row] !== decisive) joined[row] = truth.unknown;
    }
  }
  return joined;
}

const tests: Readonly<Record<Comparison, (order: number) => boolean>> = {
  "=": (order) => order === 0,
  "!=": (order) => order !== 0,
  "<": (order) => order < 0,
  "<=": (order) => order <= 0,
  ">": (order) => order > 0,
  ">=": (order) => order >= 0,
};

function perRow(column: string, batch: ColumnBatch, isMet: (row: number) => boolean): Uint8Array {
  const vector = vectorOf(column, batch);
  const mask = new Uint8Array(batch.rowCount);
  for (let row = 0; row < mask.length; row++) {
    if (vector.nullCount > 0 && !isValid(vector, row)) mask[row] = truth.unknown;
    else mask[row] = isMet(row) ? truth.yes : truth.no;
  }
  return mask;
}

function vectorOf(column: string, batch: ColumnBatch): ColumnVector {
  const vector = batch.columns[batch.fields.findIndex(({ name }) => name === column)];
  if (!vector) throw new RangeError(`the batch has no column ${column}`);
  return vector;
}

/** Negative where the row's value is below the operand. */
function orderWith(vector: ColumnVector, operand: ExactOperand): (row: number) => number {
  switch (vector.storage) {
    case "int32": {
      const value = Number(unitsOf(operand));
      return (row) => (vector.values[row] ?? 0) - value;
    }
    case "int64": {
      const value = unitsOf(operand);
      return (row) => compareOrdered(vector.values[row] ?? 0n, value);
    }
    case "int128": {
      const value = unitsOf(operand);
      return (row) => compareOrdered(wideAt(vector.values, row), value);
    }
    case "float64": {
      const value = operand.kind === "number" ? operand.value : Number.NaN;
      return (row) => compareFloats(vector.values[row] ?? 0, value);
    }
    case "bit": {
      const value = operand.kind === "boolean" && operand.value ? 1 : 0;
      return (row) => (((vector.values[row >> 3] ?? 0) >> (row & 7)) & 1) - value;
    }
    case "bytes": {
      const value = operand.kind === "bytes" ? operand.value : new Uint8Array(0);
      return (row) => Buffer.compare(bytesAt(vector, row), value);
    }
    default:
      return vector satisfies never;
  }
}

function membership(vector: ColumnVector, operands: readonly ExactOperand[]): (row: number) => boolean {
  if (vector.storage === "bytes") {
    const held = new Set(operands.map((operand) => (operand.kind === "bytes" ? latin(operand.value) : "")));
    return (row) => held.has(latin(bytesAt(vector, row)));
  }
  if (vector.storage === "int64" || vector.storage === "int128") {
    const held = new Set(operands.map(unitsOf));
    const { storage, values } = vector;
    return (row) => held.has(storage === "int64" ? (values[row] ?? 0n) : wideAt(values, row));
  }
  if (vector.storage === "int32") {
    const held = new Set(operands.map((operand) => Number(unitsOf(operand))));
    return (row) => held.has(vector.values[row] ?? 0);
  }
  const orders = operands.map((operand) => orderWith(vector, operand));
  return (row) => orders.some((order) => order(row) === 0);
}

function unitsOf(operand: ExactOperand): bigint {
  if (operand.kind !== "units") throw new TypeError(`a whole number is not compared with a ${operand.kind}`);
  return operand.value;
}

export function compareOrdered(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** NaN equals NaN and is above all else; the zeros are one. */
export function compareFloats(a: number, b: number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
  return a < b ? -1 : a > b ? 1 : 0;
}

const wideAt = (words: BigInt64Array, row: number): bigint =>
  ((words[row * 2 + 1] ?? 0n) << 64n) | BigInt.asUintN(64, words[row * 2] ?? 0n);

const bytesAt = (vector: Extract<ColumnVector, { storage: "bytes" }>, row: number): Uint8Array =>
  vector.bytes.subarray(vector.offsets[row], vector.offsets[row + 1]);

const latin = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
