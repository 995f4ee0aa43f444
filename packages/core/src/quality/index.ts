export {
  type BatchVerdict,
  type Evaluation,
  type EvaluationOptions,
  openEvaluation,
  type RuleResult,
} from "./evaluation.ts";
export { judgeTable } from "./judge-table.ts";
export {
  defaultKeyBudgetBytes,
  type KeyReport,
  type KeyTracker,
  type KeyTrackerOptions,
  openKeyTracker,
} from "./keys/key-tracker.ts";
export type { Run } from "./keys/run-store.ts";
export { KeyTally, type RunVault, SealedRun } from "./keys/sealed-keys.ts";
export { BatchOnFail, type OnFail, RowOnFail } from "./on-fail.ts";
export {
  checkExtensionName,
  defineRule,
  type OwnRule,
  type OwnRules,
  type ProfiledRows,
  type RowOf,
  type RowRule,
  type RuleCall,
  type RuleNeeds,
  type TableRule,
} from "./own-rule.ts";
export { inMask, maskedRows, maskRows, type RowMask, uniteMasks } from "./row-mask.ts";
export { bindRule, describeRule, Rule, type RuleOver, renameRuleColumns } from "./rule.ts";
export type { BoundRule, Measurement, Sample, TableFacts } from "./rule-kind.ts";
export { RuleTally } from "./rule-tally.ts";
export { columnValues } from "./rules/column-values.ts";
export { customShape } from "./rules/custom.ts";
export { freshness } from "./rules/freshness.ts";
export { isComplete } from "./rules/is-complete.ts";
export { isUnique } from "./rules/is-unique.ts";
export { rowCount } from "./rules/row-count.ts";
