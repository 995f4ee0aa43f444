import type { ColumnBatch, ColumnVector } from "../types/index.ts";
import { inMask, maskRows, type RowMask } from "./row-mask.ts";
import type { RuleContext, RuleObserver, Sample } from "./rule-kind.ts";
import { tallyOf } from "./rule-tally.ts";

/** Of failing rows, that a report shows. */
export const maxSamples = 5;
const maxSampleLength = 60;

export interface RowTest {
  readonly expected: string;
  /** The column the rule is about, by position. */
  readonly index: number;
  /** Whether a row of this vector fails. */
  failing(vector: ColumnVector): (row: number) => boolean;
  /** A failing row's value, for people. */
  sample(vector: ColumnVector, row: number): string;
}

/** The observer of a rule over single rows of one column. */
export function openRowObserver(test: RowTest, { before }: Pick<RuleContext, "before">): RuleObserver {
  const earlier = tallyOf(before?.tally, "failing");
  const samples: Sample[] = (earlier?.samples ?? []).map(({ row, value }) =>
    row === undefined ? { value } : { row, value },
  );
  let { rows, rowsFailing } = earlier ?? { rows: 0, rowsFailing: 0 };
  return {
    async observe(batch: ColumnBatch): Promise<RowMask> {
      const vector = batch.columns[test.index];
      if (!vector)
        throw new RangeError(`the batch has ${batch.columns.length} columns, expected more than ${test.index}`);
      const mask = maskRows(batch.rowCount, test.failing(vector));
      for (let row = 0; mask.count > 0 && row < batch.rowCount && samples.length < maxSamples; row++) {
        if (inMask(mask, row)) samples.push({ row: rows + row, value: sampleText(test.sample(vector, row)) });
      }
      rows += batch.rowCount;
      rowsFailing += mask.count;
      return mask;
    },
    async finish() {
      return {
        passed: rowsFailing === 0,
        expected: test.expected,
        measured: rowsFailing === 0 ? `all ${rows} rows` : `${rowsFailing} of ${rows} rows fail`,
        rowsFailing,
        samples,
      };
    },
    tally: async () => ({ kind: "failing", rows, rowsFailing, samples: [...samples] }),
    async close() {},
  };
}

/** A value cut to what fits a line of a report. */
export function sampleText(text: string): string {
  return text.length <= maxSampleLength ? text : `${text.slice(0, maxSampleLength)}… (${text.length} characters)`;
}
