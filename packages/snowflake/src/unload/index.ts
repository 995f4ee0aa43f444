export { type MoveStagedFilesOptions, moveStagedFiles, removeStagedFiles } from "./move-staged-files.ts";
export { type PlanUnloadInput, planUnload, type UnloadPlan } from "./plan-unload.ts";
export { type AwaitUnloadOptions, awaitUnload, type StartUnloadOptions, startUnload } from "./run-unload.ts";
export { checkStage, describeStage, type Stage } from "./stage.ts";
export type { StageName, StagePlace } from "./stage-name.ts";
export type { UnloadPartition } from "./unload-partition.ts";
export { type UnloadRefusal, type UnloadRefusalsInput, unloadRefusals } from "./unload-refusals.ts";
export type { UnloadedFile, UnloadResult } from "./unload-result.ts";
