import { tmpdir } from "node:os";
import { coreError } from "../errors/index.ts";
import type { ColumnBatch, Field } from "../types/index.ts";
import { defaultKeyBudgetBytes } from "./keys/key-tracker.ts";
import type { RunVault } from "./keys/sealed-keys.ts";
import type { OwnRules } from "./own-rule.ts";
import { type RowMask, uniteMasks } from "./row-mask.ts";
import { bindRule, type Rule } from "./rule.ts";
import type { BoundRule, Measurement, RuleObserver } from "./rule-kind.ts";
import type { RuleTally } from "./rule-tally.ts";

export interface EvaluationOptions {
  /** For freshness. */
  readonly nowMs: number;
  /** What all rules together may hold in memory before they spill. Default 128,000,000. */
  readonly memoryBudgetBytes?: number;
  /** The code of rules that are the user's own. Default: none. */
  readonly own?: OwnRules | undefined;
  /** Default: the system's temporary folder. */
  readonly spillDirectory?: string;
  /** What an evaluation of the same rules over the rows before came to, and where it left its keys. */
  readonly before?: { readonly tallies: readonly RuleTally[]; readonly vault: Pick<RunVault, "open"> } | undefined;
}

export interface RuleResult extends Measurement {
  readonly rule: Rule;
  readonly onFail: Rule["onFail"];
  /** For people: `ORIGIN is complete`. */
  readonly description: string;
}

/** What the row rules say of one batch. */
export interface BatchVerdict {
  /** The rows to split off: those that fail a rule with `onFail: "quarantine"`. Undefined: none. */
  readonly quarantine: RowMask | undefined;
  /** The failing rows of every row rule that has any, by the rule's position. */
  readonly failing: ReadonlyMap<number, RowMask>;
}

/** One evaluation of a dataset's rules over the batches of a run. Close it, also after a failure. */
export interface Evaluation extends AsyncDisposable {
  /** Batches come one after the other. */
  observe(batch: ColumnBatch): Promise<BatchVerdict>;
  /** The results in the rules' order. Once, after the last batch. */
  finish(): Promise<RuleResult[]>;
  /** In place of `finish`: what an evaluation in another process goes on from, in the rules' order. */
  tally(vault: Pick<RunVault, "seal">): Promise<readonly RuleTally[]>;
}

/** Throws DEFINITION_INVALID when a rule does not go with the fields, EXTENSION_UNKNOWN for own code that is not given. */
export function openEvaluation(
  rules: readonly Rule[],
  fields: readonly Field[],
  options: EvaluationOptions,
): Evaluation {
  const bound = rules.map((rule) => ({ rule, ...checked(bindRule(rule, options.own), fields) }));
  const { nowMs, memoryBudgetBytes = defaultKeyBudgetBytes, spillDirectory = tmpdir() } = options;
  const hungry = Math.max(1, rules.filter(({ kind }) => kind === "isUnique").length);
  const context = { fields, nowMs, memoryBudgetBytes: Math.floor(memoryBudgetBytes / hungry), spillDirectory };
  const { before } = options;
  if (before && before.tallies.length !== rules.length)
    throw new RangeError(`expected the tallies of ${rules.length} rules, got ${before.tallies.length}`);
  const observers: readonly RuleObserver[] = bound.map((rule, index) => {
    const tally = before?.tallies[index];
    return rule.open(before && tally ? { ...context, before: { tally, vault: before.vault } } : context);
  });
  return {
    async observe(batch) {
      const failing = new Map<number, RowMask>();
      for (const [index, observer] of observers.entries()) {
        const mask = await observer.observe(batch);
        if (mask && mask.count > 0) failing.set(index, mask);
      }
      const split = [...failing].flatMap(([index, mask]) => (bound[index]?.onFail === "quarantine" ? [mask] : []));
      return { quarantine: split.length === 0 ? undefined : uniteMasks(batch.rowCount, split), failing };
    },
    async finish() {
      const results: RuleResult[] = [];
      for (const [index, { rule, onFail, description }] of bound.entries()) {
        const measurement = await observers[index]?.finish();
        if (measurement) results.push({ rule, onFail, description, ...measurement });
      }
      return results;
    },
    async tally(vault) {
      const tallies: RuleTally[] = [];
      for (const observer of observers) tallies.push(await observer.tally(vault));
      return tallies;
    },
    async [Symbol.asyncDispose]() {
      for (const observer of observers) await observer.close();
    },
  };
}

function checked(rule: BoundRule, fields: readonly Field[]): BoundRule {
  const problem = rule.mismatch(fields);
  if (problem === undefined) return rule;
  throw coreError("DEFINITION_INVALID", `The rule "${rule.description}" cannot be evaluated: ${problem}.`);
}
