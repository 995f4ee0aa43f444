export { BatchOnFail, type OnFail, RowOnFail } from "./on-fail.ts";
export { Rule, type RuleOver } from "./rule.ts";
export { columnValues } from "./rules/column-values.ts";
export { freshness } from "./rules/freshness.ts";
export { isComplete } from "./rules/is-complete.ts";
export { isUnique } from "./rules/is-unique.ts";
export { rowCount } from "./rules/row-count.ts";
