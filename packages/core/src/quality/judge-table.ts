import type { Field } from "../types/index.ts";
import type { RuleResult } from "./evaluation.ts";
import { bindRule, type Rule } from "./rule.ts";
import type { TableFacts } from "./rule-kind.ts";

/**
 * The rules on a table that nothing came to, as far as its facts tell: freshness by the newest value it holds, row counts
 * where its rows are the ones meant. `unknown` are the descriptions of those that a table without news could fail and whose facts
 * are missing. Rules on rows are neither: they held for every row when it landed. Pure.
 */
export function judgeTable(
  rules: readonly Rule[],
  facts: TableFacts,
  context: { readonly fields: readonly Field[]; readonly nowMs: number },
): { readonly results: RuleResult[]; readonly unknown: string[] } {
  const results: RuleResult[] = [];
  const unknown: string[] = [];
  for (const rule of rules) {
    const bound = bindRule(rule);
    if (!bound.judge) continue;
    const measurement = bound.mismatch(context.fields) === undefined ? bound.judge(facts, context) : undefined;
    const { onFail, description } = bound;
    if (measurement) results.push({ rule, onFail, description, ...measurement });
    else unknown.push(description);
  }
  return { results, unknown };
}
