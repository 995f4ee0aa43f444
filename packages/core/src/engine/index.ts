export { type Decision, decide } from "./decide.ts";
export type { RunCommand } from "./run-command.ts";
export { RunEvent, StageTruth } from "./run-event.ts";
export { RunGraph, StagePlan, TaskPlan } from "./run-graph.ts";
export {
  ActiveStage,
  hasEnded,
  RunState,
  RunStatus,
  runSchemaVersion,
  StageFailure,
  StagePhase,
  TaskState,
} from "./run-state.ts";
export { StageName, stageNames } from "./stage-name.ts";
