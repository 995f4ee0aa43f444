import type { ColumnBatch } from "../types/index.ts";
import { type OwnColumn, reasonOf, rowAt, rowText, typesOf } from "./own-columns.ts";
import type { OwnRule } from "./own-rule.ts";
import { maskRows, type RowMask } from "./row-mask.ts";
import { maxSamples, sampleText } from "./row-observer.ts";
import type { RuleContext, RuleObserver, Sample } from "./rule-kind.ts";
import { tallyOf } from "./rule-tally.ts";

export interface OwnTest<S extends OwnRule["scope"]> {
  readonly rule: Extract<OwnRule, { readonly scope: S }>;
  readonly options: unknown;
  readonly expected: string;
  readonly columns: readonly OwnColumn[];
}

/** The observer of own code about single rows. Once it cannot answer it is asked no more, and says so at the end. */
export function openOwnRowObserver(
  { rule, options, expected, columns }: OwnTest<"row">,
  { before }: Pick<RuleContext, "before">,
): RuleObserver {
  const earlier = tallyOf(before?.tally, "failing");
  const samples: Sample[] = (earlier?.samples ?? []).map(({ row, value }) =>
    row === undefined ? { value } : { row, value },
  );
  let { rows, rowsFailing } = earlier ?? { rows: 0, rowsFailing: 0 };
  let broken = earlier?.broken;
  const call = { options, types: typesOf(columns) };
  const fails = (batch: ColumnBatch, row: number): boolean => {
    if (broken !== undefined) return false;
    try {
      const answer = rule.check(rowAt(columns, batch, row), call);
      if (typeof answer === "boolean") return !answer;
      broken = `answered with ${typeof answer} at row ${rows + row}, expected true or false at once`;
    } catch (error) {
      broken = `${reasonOf(error)} (at row ${rows + row})`;
    }
    return false;
  };
  return {
    async observe(batch): Promise<RowMask> {
      const mask = maskRows(batch.rowCount, (row) => {
        const isFailing = fails(batch, row);
        if (isFailing && samples.length < maxSamples) {
          samples.push({ row: rows + row, value: sampleText(rowText(columns, batch, row)) });
        }
        return isFailing;
      });
      rows += batch.rowCount;
      rowsFailing += mask.count;
      return mask;
    },
    async finish() {
      const measured = rowsFailing === 0 ? `all ${rows} rows` : `${rowsFailing} of ${rows} rows fail`;
      return {
        passed: broken === undefined && rowsFailing === 0,
        expected,
        measured: broken ?? measured,
        rowsFailing,
        samples,
        ...(broken === undefined ? {} : { broken }),
      };
    },
    tally: async () => ({
      kind: "failing",
      rows,
      rowsFailing,
      samples: [...samples],
      ...(broken === undefined ? {} : { broken }),
    }),
    async close() {},
  };
}
