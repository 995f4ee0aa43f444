import { z } from "zod";
import {
  type ColumnVector,
  Duration,
  durationMs,
  durationText,
  type Field,
  isValid,
  type LandType,
  valueText,
} from "../../types/index.ts";
import { BatchOnFail } from "../on-fail.ts";
import {
  fieldOf,
  type Measurement,
  missingColumns,
  type RuleContext,
  type RuleObserver,
  ruleKind,
} from "../rule-kind.ts";
import { tallyOf } from "../rule-tally.ts";

const Freshness = z.strictObject({
  kind: z.literal("freshness"),
  column: z.string(),
  maxAge: Duration,
  onFail: BatchOnFail,
});

/**
 * The newest value of the column is at most `maxAge` old. A date counts from its midnight; dates and TIMESTAMP_NTZ are taken
 * as UTC. A value in the future is fresh. Rows without a value do not count, and without any value nothing is fresh. When no
 * row comes, the newest of the table counts.
 */
export function freshness<const C extends string>(
  column: C,
  maxAge: Duration,
  options: { readonly onFail?: BatchOnFail } = {},
) {
  return { kind: "freshness", column, maxAge, ...options } as const;
}

export const freshnessRule = ruleKind(Freshness, ({ column, maxAge, onFail }) => ({
  scope: "batch",
  onFail,
  description: `newest ${column} is at most ${maxAge} old`,
  columns: [column],
  mismatch: (fields) => missingColumns(fields, [column]) ?? notTemporal(fields, column),
  open: (context) => openFreshness(fieldOf(context.fields, column), durationMs(maxAge), context),
  judge: ({ largest }, { fields, nowMs }) => {
    const newest = largest(column);
    if (newest === null)
      return measure(undefined, { type: fieldOf(fields, column).field.type, maxAgeMs: durationMs(maxAge), nowMs });
    if (typeof newest !== "number" && typeof newest !== "bigint") return undefined;
    return measure(BigInt(newest), { type: fieldOf(fields, column).field.type, maxAgeMs: durationMs(maxAge), nowMs });
  },
}));

function openFreshness(
  { index, field }: { index: number; field: Field },
  maxAgeMs: number,
  { nowMs, before }: Pick<RuleContext, "nowMs" | "before">,
): RuleObserver {
  const earlier = tallyOf(before?.tally, "newest")?.value ?? null;
  let newest = earlier === null ? undefined : BigInt(earlier);
  return {
    async observe(batch) {
      const vector = batch.columns[index];
      const found = vector && newestOf(vector, batch.rowCount);
      if (found !== undefined && (newest === undefined || found > newest)) newest = found;
      return undefined;
    },
    finish: async () => measure(newest, { type: field.type, maxAgeMs, nowMs }),
    tally: async () => ({ kind: "newest", value: newest === undefined ? null : String(newest) }),
    async close() {},
  };
}

function measure(
  newest: bigint | undefined,
  { type, maxAgeMs, nowMs }: { readonly type: LandType; readonly maxAgeMs: number; readonly nowMs: number },
): Measurement {
  const expected = `at most ${durationText(maxAgeMs)} old`;
  if (newest === undefined) return { passed: false, expected, measured: "no value", rowsFailing: null, samples: [] };
  const ageMs = nowMs - epochMs(type, newest);
  const shown = valueText(type, type.kind === "date" ? Number(newest) : newest);
  return {
    passed: ageMs <= maxAgeMs,
    expected,
    measured: `${durationText(Math.max(0, Math.round(ageMs / 1000) * 1000))} old (${shown})`,
    rowsFailing: null,
    samples: [],
  };
}

function newestOf(vector: ColumnVector, rowCount: number): bigint | undefined {
  if (vector.storage !== "int32" && vector.storage !== "int64") return undefined;
  let newest: bigint | number | undefined;
  for (let row = 0; row < rowCount; row++) {
    const value = vector.values[row];
    if (value === undefined || !isValid(vector, row)) continue;
    if (newest === undefined || value > newest) newest = value;
  }
  return newest === undefined ? undefined : BigInt(newest);
}

function epochMs(type: LandType, value: bigint): number {
  if (type.kind === "date") return Number(value) * 86_400_000;
  return type.kind === "timestamp" && type.unit === "ns" ? Number(value / 1000n) / 1000 : Number(value) / 1000;
}

function notTemporal(fields: readonly Field[], column: string): string | undefined {
  const { kind } = fieldOf(fields, column).field.type;
  return kind === "date" || kind === "timestamp"
    ? undefined
    : `expected a date or timestamp, but ${column} lands as ${kind}`;
}
