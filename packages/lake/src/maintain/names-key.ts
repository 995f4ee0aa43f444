import type { AddFile } from "../delta/action.ts";
import { parsePartitionText } from "../partition/partition-value.ts";
import type { BoundPredicate, ExactOperand } from "../read/bind-predicate.ts";
import { orderOf } from "../read/may-match.ts";
import { parseStats } from "../stats/parse-stats.ts";
import type { BoundKeys } from "./erase-key.ts";

/** Text bounds are cut at 32 characters: the beginning of a value names it too. */
const cutLength = 32;

/** Whether what an `add` says of its file, bounds and partition values, holds a value of a key as it stands. Pure. */
export function openKeyNames({ fields, predicate }: BoundKeys): (add: AddFile) => boolean {
  const comparisons = comparisonsOf(predicate);
  return (add) => {
    const stats = parseStats(add.stats, fields);
    return comparisons.some(({ field, operand }) => {
      if (Object.hasOwn(add.partitionValues, field.name)) {
        return orderOf(parsePartitionText(field, add.partitionValues[field.name] ?? null), operand) === 0;
      }
      const column = stats?.columns.get(field.name);
      return [column?.min, column?.max].some((bound) => orderOf(bound, operand) === 0 || isBeginning(bound, operand));
    });
  };
}

function comparisonsOf(predicate: BoundPredicate): readonly Extract<BoundPredicate, { kind: "compare" }>[] {
  if (predicate.kind === "compare") return [predicate];
  return predicate.kind === "and" || predicate.kind === "or" ? predicate.of.flatMap(comparisonsOf) : [];
}

function isBeginning(bound: unknown, operand: ExactOperand): boolean {
  if (typeof bound !== "string" || operand.kind !== "bytes" || [...bound].length < cutLength) return false;
  return Buffer.from(operand.value).toString().startsWith(bound);
}
