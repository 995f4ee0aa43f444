export { type CommitTime, listCommitTimes } from "./commit-times.ts";
export { type DescribeOptions, describeTable, type TableCommit, type TableDescription } from "./describe-table.ts";
export { planRead, type ReadPlan, type ReadQuestion } from "./plan-read.ts";
export { and, type Comparison, compare, isNull, type Literal, not, oneOf, or, type Predicate } from "./predicate.ts";
export { type ReadTableOptions, readPlan, readSnapshotRows, readTable } from "./read-table.ts";
export { readSnapshotAt, resolveVersion, type TablePoint, versionAt } from "./resolve-version.ts";
export type { FileSizes, FileTotals, PartitionSummary, PartitionTotals } from "./summarize-files.ts";
