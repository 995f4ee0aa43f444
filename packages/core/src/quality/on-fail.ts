import { z } from "zod";

/** What a rule over single rows does when it fails: nothing is committed, the failing rows are split off, or it is reported. */
export const RowOnFail = z.enum(["block", "quarantine", "warn"]).default("block");
export type RowOnFail = z.output<typeof RowOnFail>;

/** What a rule over the whole batch does when it fails: there are no rows to split off. */
export const BatchOnFail = z
  .enum(["block", "warn"], {
    error: ({ input }) =>
      input === "quarantine"
        ? 'expected "block" or "warn", got "quarantine": only a rule over single rows (isComplete, columnValues) can say which rows to split off'
        : undefined,
  })
  .default("block");
export type BatchOnFail = z.output<typeof BatchOnFail>;

export type OnFail = RowOnFail;
