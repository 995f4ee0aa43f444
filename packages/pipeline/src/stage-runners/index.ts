export { keepDefinition, readDefinition } from "../state/definitions.ts";
export { type ForgetRunsPorts, forgetRuns } from "./forget-runs.ts";
export type { PieceLimits } from "./land-stage.ts";
export { openStageRunners, type PipelineStage, type StagePorts } from "./open-stage-runners.ts";
export { type OpenStagesOptions, openStages } from "./open-stages.ts";
export { openReceipts } from "./receipts.ts";
export type { OpenedStage, OpenStage } from "./stage-task.ts";
export { withReceipts } from "./with-receipts.ts";
