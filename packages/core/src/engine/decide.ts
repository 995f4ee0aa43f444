import type { RunCommand } from "./run-command.ts";
import type { RunEvent } from "./run-event.ts";
import type { RunGraph, TaskPlan } from "./run-graph.ts";
import { hasEnded, type RunState, type RunStatus, runSchemaVersion, type TaskState } from "./run-state.ts";
import {
  beginTask,
  cancelTask,
  resumeTask,
  type StepContext,
  stepStage,
  type TaskStep,
  tickTask,
} from "./task-step.ts";

export interface Decision {
  /** The same object where the event changes nothing; then there is nothing to store. */
  readonly state: RunState;
  /** In their order, stored with the state and carried out after it. */
  readonly commands: readonly RunCommand[];
  /** For the audit trail: what the event was taken for, or why it was left aside. */
  readonly note: string;
}

/**
 * The orchestrator: what an event makes of a run, and what is to be done about it. Pure: neither clock nor chance nor I/O, so
 * that the same events in the same order give the same state, on a laptop, in a function and in the simulator.
 *
 * An event of the past (a key that is not the task's any more, a run that has ended) changes nothing. `graph` is that of the
 * definition the run began with. Throws RangeError for a graph or a run that the event does not belong to.
 */
export function decide(graph: RunGraph, state: RunState | undefined, event: RunEvent): Decision {
  if (!state) return begin(graph, event);
  if (state.definitionHash !== graph.definitionHash || state.runId !== event.runId) {
    throw new RangeError(
      `run ${state.runId} of definition ${state.definitionHash} was given an event of run ${event.runId} and the graph of ${graph.definitionHash}`,
    );
  }
  if (event.type === "retried") return retried(graph, state, event);
  if (hasEnded(state)) return ignored(state, `the run has ended: ${state.status}`);
  switch (event.type) {
    case "requested":
      return ignored(state, "the run is there already");
    case "ticked":
      return ticked(graph, state, event);
    case "cancelled":
      if (state.status === "cancelling") return ignored(state, "the run is being cancelled already");
      return unpaused(
        graph,
        state,
        settled(
          graph,
          { ...state, status: "cancelling", pausedAtMs: null },
          event,
          `cancelled by ${event.by}`,
          cancelTask,
        ),
      );
    case "paused":
      if (state.status !== "running") return ignored(state, `the run is ${state.status}`);
      return settled(graph, { ...state, status: "paused", pausedAtMs: event.atMs }, event, `paused by ${event.by}`);
    case "resumed":
      if (state.status !== "paused") return ignored(state, `the run is ${state.status}`);
      return unpaused(
        graph,
        state,
        settled(graph, { ...state, status: "running", pausedAtMs: null }, event, `resumed by ${event.by}`, resumeTask),
      );
    case "skipped":
      return skipped(graph, state, event);
    default:
      return stepped(graph, state, event);
  }
}

/** Who was told that it is paused hears that it is no more. */
function unpaused(graph: RunGraph, { status }: RunState, decision: Decision): Decision {
  if (status !== "paused") return decision;
  return { ...decision, commands: [...decision.commands, { type: "recover", dedupKey: pausedKey(graph) }] };
}

const pausedKey = (graph: RunGraph): string => `${incidentPrefixOf(graph)}/paused`;

const ignored = (state: RunState, why: string): Decision => ({ state, commands: [], note: `ignored: ${why}` });

const waitingTask: TaskState = {
  status: "waiting",
  active: null,
  results: {},
  fence: null,
  round: 0,
  restarts: 0,
  failure: null,
  reason: null,
};

function begin(graph: RunGraph, event: RunEvent): Decision {
  if (event.type !== "requested")
    throw new RangeError(`run ${event.runId} does not exist; it cannot have ${event.type}`);
  const { pipeline, environment, definitionHash, tasks } = graph;
  const state: RunState = {
    schemaVersion: runSchemaVersion,
    runId: event.runId,
    pipeline,
    environment,
    definitionHash,
    version: 0,
    status: "running",
    trigger: event.trigger,
    requestedAtMs: event.atMs,
    endedAtMs: null,
    deadlineAtMs: null,
    pausedAtMs: null,
    tasks: Object.fromEntries(tasks.map(({ name }) => [name, waitingTask])),
  };
  return settled(graph, state, event, "requested");
}

function stepped(graph: RunGraph, state: RunState, event: Extract<RunEvent, { readonly key: string }>): Decision {
  const plan = graph.tasks.find(({ name }) => state.tasks[name]?.active?.key === event.key);
  const task = plan && state.tasks[plan.name];
  if (!plan || !task?.active || isBetween(task)) return ignored(state, `${event.key} is under way no more`);
  const { name } = task.active;
  const step = stepStage(contextOf(graph, state, plan, event.atMs), task, event);
  if (step.task === task) return ignored(state, `${name} of ${plan.name} ${event.type}: nothing new`);
  return settled(graph, state, event, `${name} of ${plan.name} ${event.type}`, (context, each) =>
    context.plan === plan ? step : { task: each, commands: [] },
  );
}

/** No try is under way, though the key of the last one is still there. */
const isBetween = ({ active }: Pick<TaskState, "active">): boolean =>
  active?.phase === "backingOff" || active?.phase === "held";

function ticked(graph: RunGraph, state: RunState, event: RunEvent): Decision {
  if (state.deadlineAtMs !== null && event.atMs < state.deadlineAtMs) return ignored(state, "nothing is due");
  const decision = settled(graph, state, event, "ticked", tickTask);
  if (state.status !== "paused" || Object.values(state.tasks).some((task) => task.active && !isBetween(task)))
    return decision;
  const reminder: RunCommand = {
    type: "raise",
    dedupKey: pausedKey(graph),
    about: { is: "paused" },
    severity: "warning",
    summary: `Run ${state.runId} of ${graph.pipeline} is paused since ${new Date(state.pausedAtMs ?? event.atMs).toISOString()}.`,
  };
  return { ...decision, commands: [...decision.commands, reminder] };
}

function skipped(graph: RunGraph, state: RunState, event: Extract<RunEvent, { readonly type: "skipped" }>): Decision {
  const task = state.tasks[event.task];
  if (!task) return ignored(state, `there is no task ${event.task}`);
  if (task.status !== "waiting") return ignored(state, `${event.task} is ${task.status}`);
  const tasks = { ...state.tasks, [event.task]: { ...task, status: "skipped" as const, reason: `by ${event.by}` } };
  return settled(graph, { ...state, tasks }, event, `${event.task} skipped by ${event.by}`);
}

function retried(graph: RunGraph, state: RunState, event: Extract<RunEvent, { readonly type: "retried" }>): Decision {
  if (state.status === "cancelling") return ignored(state, "the run is being cancelled");
  const again = Object.entries(state.tasks).filter(([, { status }]) =>
    ["failed", "cancelled", "skipped"].includes(status),
  );
  if (again.length === 0) return ignored(state, "nothing of it failed, was cancelled or skipped");
  const tasks = Object.fromEntries(
    again.map(([name, { round }]): [string, TaskState] => [name, { ...waitingTask, round: round + 1 }]),
  );
  const status = state.status === "paused" ? "paused" : "running";
  const reopened: RunState = { ...state, status, endedAtMs: null, tasks: { ...state.tasks, ...tasks } };
  return settled(graph, reopened, event, `retried by ${event.by}: ${again.map(([name]) => name).join(", ")}`);
}

type Step = (context: StepContext, task: TaskState) => TaskStep;

/** Every task takes the step; then what can begin begins, and a run of which nothing is left ends. */
function settled(graph: RunGraph, before: RunState, event: RunEvent, note: string, step?: Step): Decision {
  const commands: RunCommand[] = [];
  const tasks = { ...before.tasks };
  const take = (plan: TaskPlan, apply: Step): void => {
    const task = tasks[plan.name];
    if (!task) throw new RangeError(`the state of run ${before.runId} lacks the task ${plan.name} of its graph`);
    const stepped = apply(contextOf(graph, before, plan, event.atMs), task);
    tasks[plan.name] = stepped.task;
    commands.push(...stepped.commands);
  };
  if (step) for (const plan of graph.tasks) take(plan, step);
  if (before.status === "cancelling") for (const plan of graph.tasks) take(plan, cancelTask);
  else beginWhatCan(graph, before.status, tasks, take);
  const status = statusOf(before.status, Object.values(tasks));
  const isOver = hasEnded({ status });
  if (isOver) commands.push({ type: "announce", status });
  const state: RunState = {
    ...before,
    version: before.version + 1,
    status,
    endedAtMs: isOver ? event.atMs : null,
    deadlineAtMs: isOver ? null : deadlineOf(graph, { ...before, tasks }, event.atMs),
    tasks,
  };
  return { state, commands, note };
}

function beginWhatCan(
  { tasks: plans, maxActive }: RunGraph,
  status: RunStatus,
  tasks: Readonly<Record<string, TaskState>>,
  take: (plan: TaskPlan, apply: Step) => void,
): void {
  const isAtWork = ({ name }: TaskPlan): boolean => tasks[name]?.status === "active";
  let free = maxActive - plans.filter(isAtWork).length;
  for (const plan of plans) {
    if (tasks[plan.name]?.status !== "waiting") continue;
    take(plan, (context, task) => advance(context, task, tasks, status === "running" && free > 0));
    if (isAtWork(plan)) free--;
  }
}

/** In the order of the graph, so that a task sees what has become of those before it. */
function advance(
  context: StepContext,
  task: TaskState,
  tasks: Readonly<Record<string, TaskState>>,
  mayBegin: boolean,
): TaskStep {
  const upstream = context.plan.after.map((name) => ({ name, status: tasks[name]?.status }));
  const lost = upstream.find(
    (each) => each.status === "failed" || each.status === "skipped" || each.status === "cancelled",
  );
  if (lost) return { task: { ...task, status: "skipped", reason: `${lost.name} ${lost.status}` }, commands: [] };
  const isReady = upstream.every((each) => each.status === "succeeded");
  return isReady && mayBegin ? beginTask(context, task) : { task, commands: [] };
}

function contextOf(graph: RunGraph, { runId, status }: RunState, plan: TaskPlan, atMs: number): StepContext {
  const mode = status === "cancelling" ? "cancel" : status === "paused" ? "pause" : "run";
  return { runId, incidentPrefix: incidentPrefixOf(graph), plan, dispatchMs: graph.dispatchMs, atMs, mode };
}

const incidentPrefixOf = ({ environment, pipeline }: RunGraph): string => `${environment}/${pipeline}`;

function statusOf(before: RunStatus, tasks: readonly TaskState[]): RunStatus {
  const has = (...statuses: readonly TaskState["status"][]): boolean =>
    tasks.some(({ status }) => statuses.includes(status));
  if (has("waiting", "active")) return before;
  if (has("cancelled") || before === "cancelling") return "cancelled";
  if (!has("failed", "skipped")) return "succeeded";
  return has("succeeded") ? "partial" : "failed";
}

function deadlineOf({ pauseReminderMs }: RunGraph, { tasks, status, pausedAtMs }: RunState, atMs: number): number {
  const due = Object.values(tasks).flatMap(({ active }) => (active && active.phase !== "held" ? [active.dueAtMs] : []));
  if (due.length > 0) return Math.min(...due);
  const since = Math.max(0, atMs - (pausedAtMs ?? atMs));
  return status === "paused" ? atMs - (since % pauseReminderMs) + pauseReminderMs : atMs + pauseReminderMs;
}
