import { z } from "zod";
import type { OwnRules } from "./own-rule.ts";
import type { BoundRule } from "./rule-kind.ts";
import { columnValuesRule } from "./rules/column-values.ts";
import { customRule } from "./rules/custom.ts";
import { freshnessRule } from "./rules/freshness.ts";
import { isCompleteRule } from "./rules/is-complete.ts";
import { isUniqueRule } from "./rules/is-unique.ts";
import { rowCountRule } from "./rules/row-count.ts";

/** Every rule there is. A new rule is one file and one line here. */
const ruleKinds = [rowCountRule, isCompleteRule, isUniqueRule, columnValuesRule, freshnessRule, customRule] as const;

export const Rule = z.discriminatedUnion(
  "kind",
  [ruleKinds[0].schema, ...ruleKinds.slice(1).map(({ schema }) => schema)],
  { error: () => `expected a rule: ${ruleKinds.map(({ kind }) => `${kind}()`).join(", ")}` },
);
/** A rule in normal form. */
export type Rule = z.output<typeof Rule>;

/** A rule as the constructors make it, over columns of the names `C`. */
export type RuleOver<C extends string> = z.input<typeof Rule> & {
  readonly column?: C;
  readonly columns?: readonly C[];
};

/** What can be done with a rule; one of the user's own is evaluated by its code in `own`, and described without. */
export function bindRule(rule: Rule, own: OwnRules = {}): BoundRule {
  const found = ruleKinds.find(({ kind }) => kind === rule.kind);
  if (!found) throw new TypeError(`no rule is called ${JSON.stringify(rule.kind)}`);
  return found.bind(rule, own);
}

/** For people: `ORIGIN is complete`. */
export const describeRule = (rule: Rule): string => bindRule(rule).description;

/** The same rule over columns by other names, as when names are changed on landing. */
export function renameRuleColumns(rule: Rule, nameOf: (column: string) => string): Rule {
  if ("columns" in rule) return { ...rule, columns: rule.columns.map(nameOf) };
  if ("column" in rule) return { ...rule, column: nameOf(rule.column) };
  return rule;
}
