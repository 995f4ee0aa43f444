import { z } from "zod";
import { openKeyTracker } from "../keys/key-tracker.ts";
import { BatchOnFail } from "../on-fail.ts";
import { missingColumns, type RuleContext, type RuleObserver, ruleKind } from "../rule-kind.ts";
import { tallyOf } from "../rule-tally.ts";

const IsUnique = z.strictObject({
  kind: z.literal("isUnique"),
  columns: z.array(z.string()).min(1).readonly(),
  onFail: BatchOnFail,
});

/**
 * No two rows of the batch have the same values in the columns, exactly compared, in bounded memory. As in Deequ, which
 * evaluates DQDL, a row with NULL in all the columns is left out, and otherwise NULL equals NULL.
 */
export function isUnique<const C extends string>(
  columns: C | readonly C[],
  options: { readonly onFail?: BatchOnFail } = {},
) {
  const list: readonly C[] = typeof columns === "string" ? [columns] : columns;
  return { kind: "isUnique", columns: list, ...options } as const;
}

export const isUniqueRule = ruleKind(IsUnique, ({ columns, onFail }) => ({
  scope: "batch",
  onFail,
  description: columns.length === 1 ? `${columns[0]} is unique` : `(${columns.join(", ")}) is unique`,
  columns,
  mismatch: (fields) => missingColumns(fields, columns) ?? repeated(columns),
  open: (context) => openUniqueness(columns, context),
}));

function openUniqueness(columns: readonly string[], context: RuleContext): RuleObserver {
  const { before, ...given } = context;
  const earlier = tallyOf(before?.tally, "keys");
  const tracker = openKeyTracker({
    ...given,
    key: columns,
    nulls: "equal",
    before: before && earlier && { tally: earlier.keys, vault: before.vault },
  });
  return {
    async observe(batch) {
      await tracker.observe(batch);
      return undefined;
    },
    async finish() {
      const { rows, duplicateKeys, duplicateRows, samples } = await tracker.finish();
      return {
        passed: duplicateKeys === 0,
        expected: "no value twice",
        measured:
          duplicateKeys === 0
            ? `all ${rows} rows differ`
            : `${duplicateKeys} ${duplicateKeys === 1 ? "value" : "values"} in ${duplicateRows} of ${rows} rows`,
        rowsFailing: duplicateRows,
        samples: samples.map(({ key, count }) => ({ value: `${key} (${count} times)` })),
      };
    },
    tally: async (vault) => ({ kind: "keys", keys: await tracker.seal(vault) }),
    async close() {
      await tracker[Symbol.asyncDispose]();
    },
  };
}

function repeated(columns: readonly string[]): string | undefined {
  return new Set(columns).size === columns.length ? undefined : "the same column is named twice";
}
