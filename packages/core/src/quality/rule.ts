import { z } from "zod";
import { ColumnValues } from "./rules/column-values.ts";
import { Freshness } from "./rules/freshness.ts";
import { IsComplete } from "./rules/is-complete.ts";
import { IsUnique } from "./rules/is-unique.ts";
import { RowCount } from "./rules/row-count.ts";

export const Rule = z.discriminatedUnion("kind", [RowCount, IsComplete, IsUnique, ColumnValues, Freshness], {
  error: "expected a rule: rowCount(), isComplete(), isUnique(), columnValues() or freshness()",
});
/** A rule in normal form. */
export type Rule = z.output<typeof Rule>;

/** A rule as the constructors make it, over columns of the names `C`. */
export type RuleOver<C extends string> = z.input<typeof Rule> & {
  readonly column?: C;
  readonly columns?: readonly C[];
};
