export {
  askBreaker,
  BreakerConfig,
  BreakerState,
  type BreakerVerdict,
  type CallCounts,
  type CallOutcome,
  closedBreaker,
  tellBreaker,
} from "./breaker.ts";
export { checkDuration, type DurationPromise } from "./check-duration.ts";
export { type Decision, decide } from "./decide.ts";
export {
  decideIncident,
  EscalationPolicy,
  type IncidentDecision,
  IncidentEvent,
  IncidentState,
  IncidentSubject,
  incidentDueAtMs,
  Notification,
  notificationKey,
} from "./incident.ts";
export { type GraphRequest, planRunGraph, sliceTask } from "./plan-graph.ts";
export { isWanted, type RunCommand } from "./run-command.ts";
export { RunEvent, StageTruth } from "./run-event.ts";
export { RunGraph, StagePlan, TaskPlan } from "./run-graph.ts";
export { RunCause, RunRequest, RunWork, runIdOf } from "./run-request.ts";
export {
  ActiveStage,
  hasEnded,
  JsonRecord,
  RunState,
  RunStatus,
  runSchemaVersion,
  StageFailure,
  StagePhase,
  TaskState,
} from "./run-state.ts";
export { defaultStage, type Route } from "./stage-defaults.ts";
export { StageName, stageNames } from "./stage-name.ts";
export { SlicePurpose, TaskWork } from "./task-work.ts";
