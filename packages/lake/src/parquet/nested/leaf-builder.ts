import { type ColumnVector, type LandType, openVectorBuilder, storageOf } from "@snowmelt/core/types";
import { wordsOf } from "../format/words.ts";
import type { LeafColumn } from "./leaf-column.ts";
import type { LeafCopy } from "./record-copy.ts";
import { openTextBuilder } from "./text-builder.ts";

/** The entries of one leaf: a level pair each, and a value where the definition level is the highest. */
export interface LeafEntries {
  readonly type: LandType;
  readonly maxDefinition: number;
  readonly maxRepetition: number;
  readonly definitions: Uint8Array;
  /** Undefined when nothing above the leaf repeats. */
  readonly repetitions: Uint8Array | undefined;
  /** Without NULLs. */
  readonly values: ColumnVector;
}

export interface LeafBuilder {
  /** Text, a number, a bigint or a boolean, as the type asks; the caller has checked it. */
  append(value: unknown, repetition: number): void;
  /** Something above is NULL or empty; `definition` says how far down there is something. */
  appendAbsent(definition: number, repetition: number, count: number): void;
  /** Rows [from, to) of another file's leaf, behind those of it that were copied before. */
  appendCopy(leaf: LeafCopy, from: number, to: number): void;
  readonly heldBytes: number;
  /** The entries, as views that hold until the builder is used for the next row group. */
  finish(): LeafEntries;
}

export function openLeafBuilder(
  type: LandType,
  { maxDefinition, maxRepetition }: { readonly maxDefinition: number; readonly maxRepetition: number },
): LeafBuilder {
  const storage = storageOf(type);
  const values = openVectorBuilder(type, 64);
  const texts = storage === "bytes" ? openTextBuilder() : undefined;
  let definitions = new Uint8Array(64);
  let repetitions = new Uint8Array(maxRepetition > 0 ? 64 : 0);
  let count = 0;

  const reserve = (more: number): void => {
    if (count + more <= definitions.length) return;
    const length = Math.max(count + more, definitions.length * 2);
    definitions = widened(definitions, length);
    if (maxRepetition > 0) repetitions = widened(repetitions, length);
  };

  const appendAbsent = (definition: number, repetition: number, times: number): void => {
    reserve(times);
    definitions.fill(definition, count, count + times);
    if (maxRepetition > 0) repetitions.fill(repetition, count, count + times);
    count += times;
  };
  /** Without NULLs; by dictionary where there are indices. */
  const appendValues = ({ values: vector, indices }: LeafColumn, from: number, to: number): void => {
    if (texts) return texts.appendVector(vector, indices, from, to);
    const words = vector.storage === "int64" ? wordsOf(vector) : undefined;
    for (let value = from; value < to; value++) {
      const at = indices ? (indices[value] ?? 0) : value;
      if (words) values.appendWords(words[at * 2] ?? 0, words[at * 2 + 1] ?? 0);
      else values.appendNumber(numberAt(vector, at));
    }
  };

  return {
    append(value, repetition) {
      reserve(1);
      definitions[count] = maxDefinition;
      if (maxRepetition > 0) repetitions[count] = repetition;
      count++;
      if (texts) texts.append(String(value));
      else if (storage === "int64") {
        if (typeof value === "bigint") values.appendInt64(value);
        else values.appendWords(Number(value) >>> 0, Math.floor(Number(value) / 2 ** 32));
      } else values.appendNumber(Number(value));
    },
    appendAbsent,
    appendCopy(leaf, from, to) {
      if (leaf.kind === "absent") return appendAbsent(leaf.definition, 0, to - from);
      const { column, levels, cursor } = leaf;
      const range = cursor.take(from, to);
      const { from: first, to: end } = range.entries;
      reserve(end - first);
      if (column.repetitions) repetitions.set(column.repetitions.subarray(first, end), count);
      for (let entry = first; entry < end; entry++) definitions[count++] = levels[column.definitions[entry] ?? 0] ?? 0;
      appendValues(column, range.values.from, range.values.to);
    },
    get heldBytes() {
      return (texts?.byteLength ?? values.byteLength) + definitions.length + repetitions.length;
    },
    finish() {
      const entries: LeafEntries = {
        type,
        maxDefinition,
        maxRepetition,
        definitions: definitions.subarray(0, count),
        repetitions: maxRepetition > 0 ? repetitions.subarray(0, count) : undefined,
        values: texts ? texts.finish() : values.finish(),
      };
      count = 0;
      return entries;
    },
  };
}

function numberAt(vector: ColumnVector, at: number): number {
  if (vector.storage === "bit") return ((vector.values[at >> 3] ?? 0) >> (at & 7)) & 1;
  if (vector.storage === "int32" || vector.storage === "float64") return vector.values[at] ?? 0;
  throw new TypeError(`${vector.storage} has no numbers`);
}

function widened(from: Uint8Array, length: number): Uint8Array<ArrayBuffer> {
  const to = new Uint8Array(length);
  to.set(from);
  return to;
}
