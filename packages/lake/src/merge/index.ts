export { type MergeLandedOptions, type MergeOutcome, mergeLanded } from "./merge-landed.ts";
export { type MergeCounts, type StagedMerge, type StageMergeOptions, stageMerge } from "./stage-merge.ts";
export { openWindowKeys, type WindowKeys, type WindowKeysOptions } from "./window-keys.ts";
