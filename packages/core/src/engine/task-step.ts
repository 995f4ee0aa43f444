import { backoffMs } from "./backoff.ts";
import type { RunCommand } from "./run-command.ts";
import type { RunEvent, StageTruth } from "./run-event.ts";
import type { StagePlan, TaskPlan } from "./run-graph.ts";
import type { ActiveStage, StageFailure, TaskState } from "./run-state.ts";

/** What a step needs to know beside the task. */
export interface StepContext {
  readonly runId: string;
  /** Before it, what incidents of the run are called by. */
  readonly incidentPrefix: string;
  readonly plan: TaskPlan;
  readonly dispatchMs: number;
  readonly atMs: number;
  /** `pause`: nothing new begins. `cancel`: nothing new begins, and what is under way ends. */
  readonly mode: "run" | "pause" | "cancel";
}

export interface TaskStep {
  readonly task: TaskState;
  readonly commands: readonly RunCommand[];
}

/** How often a task begins again because another run took its resource, before it fails. */
const maxRestarts = 5;

/** Begins a task that waits, with the first of its stages. */
export function beginTask(context: StepContext, task: TaskState): TaskStep {
  return enterStage(context, { ...task, status: "active", failure: null, reason: null }, 0);
}

/** What an event under the key of the task's stage makes of it. */
export function stepStage(
  context: StepContext,
  task: TaskState,
  event: Extract<RunEvent, { readonly key: string }>,
): TaskStep {
  const { active } = task;
  if (!active) return { task, commands: [] };
  const step = stepped(context, task, active, event);
  if (!active.isOverdue || step.task.active?.isOverdue) return step;
  return { ...step, commands: [...step.commands, { type: "recover", dedupKey: overdueKey(context) }] };
}

function stepped(
  context: StepContext,
  task: TaskState,
  active: ActiveStage,
  event: Extract<RunEvent, { readonly key: string }>,
): TaskStep {
  if (event.type === "succeeded") return succeed(context, task, event);
  if (event.type === "failed") return fail(context, task, event.failure);
  if (event.type === "observed") return observed(context, task, event);
  if (event.type === "started") return known(context, task, event.externalId);
  return nextPiece(context, task, active, event.position);
}

const overdueKey = ({ incidentPrefix, plan }: StepContext): string => `${incidentPrefix}/${plan.name}/overdue`;

/** The same task where it was known already. */
function known(context: StepContext, task: TaskState, externalId: string | null): TaskStep {
  const { active } = task;
  if (!active || (active.phase !== "starting" && active.externalId === externalId)) return { task, commands: [] };
  const { task: running } = keep(task, { ...active, phase: runs(active), externalId });
  return active.looks === undefined ? lookSoon(context, running) : { task: running, commands: [] };
}

/** Asks for work that goes on elsewhere ahead of the next tick, for as long as that is much sooner. */
function lookSoon({ plan, atMs }: StepContext, task: TaskState): TaskStep {
  const { active } = task;
  if (active?.phase !== "running") return { task, commands: [] };
  const { firstLookMs, pollMs } = stageOf(plan, active);
  const delayMs = Math.max(firstLookMs ?? pollMs, Math.floor((atMs - active.commandedAtMs) / 2));
  if (delayMs >= pollMs) return { task, commands: [] };
  const looked = { ...active, looks: (active.looks ?? 0) + 1 };
  return {
    task: { ...task, active: looked },
    commands: [{ type: "observe", ...aboutOf(plan, active), delayMs }],
  };
}

/** What the clock makes of an active task. */
export function tickTask(context: StepContext, task: TaskState): TaskStep {
  const { active } = task;
  const { atMs, plan } = context;
  if (!active || active.phase === "held" || active.dueAtMs > atMs) return { task, commands: [] };
  const stage = stageOf(plan, active);
  if (active.phase === "backingOff") return tryStage(context, task, active);
  const isOver = active.timeoutAtMs !== null && active.timeoutAtMs <= atMs;
  if (active.phase !== "stopping" && isOver && stage.isStoppable) return stop(context, task, "timeout");
  const timeoutAtMs = active.phase === "stopping" || isOver ? null : active.timeoutAtMs;
  const isOverdue = isOver && !stage.isStoppable;
  const asked = keep(task, {
    ...active,
    ...(isOverdue ? { isOverdue } : {}),
    dueAtMs: Math.min(atMs + stage.pollMs, timeoutAtMs ?? Number.MAX_SAFE_INTEGER),
  });
  const about = aboutOf(plan, active);
  const commands: RunCommand[] = [{ type: "observe", ...about }];
  if (active.stopping !== null) commands.unshift({ type: "stop", ...about, reason: active.stopping });
  if (isOverdue && !active.isOverdue) {
    commands.push({
      type: "raise",
      dedupKey: overdueKey(context),
      about: { is: "overdue", task: plan.name, stage: active.name, key: active.key },
      severity: "warning",
      summary: `${active.name} of ${plan.name} should have ended and cannot be stopped; it is waited for.`,
    });
  }
  return { task: asked.task, commands };
}

/** Ends what the task does, at once where nothing is under way, else when that has ended. */
export function cancelTask(context: StepContext, task: TaskState): TaskStep {
  const { active } = task;
  if (task.status === "waiting") return { task: { ...task, status: "cancelled" }, commands: [] };
  if (!active || active.stopping === "cancel") return { task, commands: [] };
  if (active.phase === "held" || active.phase === "backingOff") return settle(context, task, { status: "cancelled" });
  if (!stageOf(context.plan, active).isStoppable) return { task, commands: [] };
  return stop(context, task, "cancel");
}

/** Goes on with a stage that a pause held back. */
export function resumeTask(context: StepContext, task: TaskState): TaskStep {
  const { active } = task;
  return active?.phase === "held" ? tryStage(context, task, active) : { task, commands: [] };
}

const keep = (task: TaskState, active: ActiveStage): TaskStep => ({ task: { ...task, active }, commands: [] });

/** What a command about work that was started names it by. */
const aboutOf = ({ name: task, work }: TaskPlan, { key, name: stage, externalId }: ActiveStage) => ({
  key,
  task,
  stage,
  work,
  externalId,
});

const runs = ({ phase }: ActiveStage): ActiveStage["phase"] => (phase === "starting" ? "running" : phase);

function stageOf({ stages, name }: TaskPlan, { name: stageName }: Pick<ActiveStage, "name">): StagePlan {
  const stage = stages.find((candidate) => candidate.name === stageName);
  if (!stage) throw new RangeError(`the state has ${name} in ${stageName}, a stage its graph does not have`);
  return stage;
}

/** The first stage from `at` on that has not been through already. */
function enterStage(context: StepContext, task: TaskState, at: number): TaskStep {
  const stage = context.plan.stages.find(({ name }, index) => index >= at && task.results[name] === undefined);
  if (!stage) return settle(context, task, { status: "succeeded" });
  const { atMs } = context;
  return tryStage(context, task, {
    name: stage.name,
    phase: "held",
    key: "",
    tries: 0,
    piece: 0,
    position: null,
    externalId: null,
    beganAtMs: atMs,
    commandedAtMs: atMs,
    dueAtMs: atMs,
    timeoutAtMs: null,
    stopping: null,
  });
}

/** The next try, from where the last one got to; unless nothing new may begin. */
function tryStage(context: StepContext, task: TaskState, before: ActiveStage): TaskStep {
  const { mode, atMs, plan } = context;
  if (mode === "cancel") return settle(context, { ...task, active: before }, { status: "cancelled" });
  if (mode === "pause") return keep(task, { ...before, phase: "held", timeoutAtMs: null });
  return start(
    context,
    task,
    { ...before, tries: before.tries + 1, beganAtMs: before.tries === 0 ? atMs : before.beganAtMs },
    plan,
  );
}

function start(context: StepContext, task: TaskState, next: ActiveStage, plan: TaskPlan): TaskStep {
  const { atMs, runId } = context;
  const stage = stageOf(plan, next);
  const timeoutAtMs = atMs + stage.timeoutMs;
  const { isOverdue: _, looks: __, ...fresh } = next;
  const active: ActiveStage = {
    ...fresh,
    phase: "starting",
    key: `${runId}/${plan.name}/${next.name}/${task.round}.${task.restarts}.${next.tries}.${next.piece}`,
    externalId: null,
    commandedAtMs: atMs,
    dueAtMs: Math.min(atMs + stage.pollMs, timeoutAtMs),
    timeoutAtMs,
    stopping: null,
  };
  return { task: { ...task, active }, commands: [startCommand(context, task, active)] };
}

function startCommand({ plan }: StepContext, { fence, results }: TaskState, active: ActiveStage): RunCommand {
  const { key, name: stage, position, timeoutAtMs } = active;
  const { name: task, resource, work } = plan;
  return { type: "start", key, task, stage, work, resource, fence, results, position, timeoutAtMs };
}

/** A piece is no try: a stage that gets on may go on as long as it takes. */
function nextPiece(
  context: StepContext,
  task: TaskState,
  active: ActiveStage,
  position: ActiveStage["position"],
): TaskStep {
  const { isOverdue: _, ...ended } = active;
  const reached: ActiveStage = { ...ended, piece: active.piece + 1, position, beganAtMs: context.atMs };
  if (active.stopping === "cancel" || context.mode === "cancel") {
    return settle(context, { ...task, active: reached }, { status: "cancelled" });
  }
  if (context.mode === "pause")
    return keep(task, { ...reached, phase: "held", tries: active.tries - 1, timeoutAtMs: null });
  return start(context, task, reached, context.plan);
}

function succeed(
  context: StepContext,
  task: TaskState,
  { result, fence, goTo }: Pick<Extract<StageTruth, { readonly is: "succeeded" }>, "result" | "fence" | "goTo">,
): TaskStep {
  const { active } = task;
  const { stages } = context.plan;
  if (!active) return { task, commands: [] };
  const at = stages.findIndex(({ name }) => name === active.name);
  const wanted = goTo === undefined ? -1 : stages.findIndex(({ name }) => name === goTo);
  // A stage the graph lacks, or one further back, is no place to go to: what lies between has nothing to do either way.
  const next = wanted > at ? wanted : goTo === undefined ? at + 1 : stages.length;
  const known: TaskState = {
    ...task,
    active: null,
    results: { ...task.results, [active.name]: result },
    fence: fence ?? task.fence,
  };
  if (active.stopping === "cancel" || context.mode === "cancel") return settle(context, known, { status: "cancelled" });
  return enterStage(context, known, next);
}

function fail(context: StepContext, task: TaskState, failure: StageFailure): TaskStep {
  const { active } = task;
  const { plan, atMs } = context;
  if (!active) return { task, commands: [] };
  if (active.stopping === "cancel" || context.mode === "cancel") return settle(context, task, { status: "cancelled" });
  if (failure.code === "FENCED") return restart(context, task, failure);
  const stage = stageOf(plan, active);
  const isDeferral = failure.isDeferral === true;
  const tries = isDeferral ? active.tries - 1 : active.tries;
  const waitMs = Math.max(
    backoffMs(stage.retry, Math.max(1, tries), `${active.key}@${atMs}`),
    failure.retryAfterMs ?? 0,
  );
  const isLast =
    !failure.retryable || tries >= stage.retry.attempts || atMs + waitMs > active.beganAtMs + stage.giveUpMs;
  if (isLast) return settle(context, task, { status: "failed", failure });
  const { isOverdue: _, ...ended } = active;
  const waiting: ActiveStage = {
    ...ended,
    phase: "backingOff",
    tries,
    // A deferred try had its own start, and the next needs a key of its own all the same.
    piece: isDeferral ? active.piece + 1 : active.piece,
    externalId: null,
    dueAtMs: atMs + Math.max(1, waitMs),
    timeoutAtMs: null,
    stopping: null,
  };
  return { task: { ...task, active: waiting, failure }, commands: [] };
}

/** Another run has taken the resource since: again from the claim, and what is committed stays so. */
function restart(context: StepContext, task: TaskState, failure: StageFailure): TaskStep {
  if (task.restarts >= maxRestarts) return settle(context, { ...task, fence: null }, { status: "failed", failure });
  const { claim: _, ...found } = task.results;
  const results = found.commit ? found : {};
  const again: TaskState = { ...task, active: null, results, fence: null, restarts: task.restarts + 1, failure };
  return enterStage(context, again, 0);
}

function stop(context: StepContext, task: TaskState, reason: "timeout" | "cancel"): TaskStep {
  const { active } = task;
  if (!active) return { task, commands: [] };
  const { plan, atMs } = context;
  const dueAtMs = atMs + stageOf(plan, active).pollMs;
  const about = aboutOf(plan, active);
  return {
    task: { ...task, active: { ...active, phase: "stopping", stopping: reason, dueAtMs } },
    commands: [
      { type: "stop", ...about, reason },
      { type: "observe", ...about },
    ],
  };
}

function observed(
  context: StepContext,
  task: TaskState,
  { truth, externalId }: Extract<RunEvent, { readonly type: "observed" }>,
): TaskStep {
  const { active } = task;
  const { plan } = context;
  if (!active) return { task, commands: [] };
  if (truth.is === "succeeded") return succeed(context, task, truth);
  if (truth.is === "failed") return fail(context, task, truth.failure);
  if (truth.is === "running") {
    const step = known(context, task, truth.externalId ?? active.externalId);
    return step.commands.length > 0 ? step : lookSoon(context, step.task);
  }
  if (truth.is === "absent") {
    // Who looked before the start was known could not find it.
    if (externalId !== active.externalId) return { task, commands: [] };
    if (active.phase === "starting") {
      const again = { ...active, commandedAtMs: context.atMs };
      return { task: { ...task, active: again }, commands: [startCommand(context, task, again)] };
    }
    // A start that is on its way may be seen yet, and what has no id shows by its timeout that it is gone.
    const mayCome = active.stopping === null || context.atMs < active.commandedAtMs + context.dispatchMs;
    if (active.externalId === null && mayCome) return { task, commands: [] };
  }
  if (active.stopping !== null) {
    const failure: StageFailure = {
      code: "TIMED_OUT",
      message: `${active.name} of ${plan.name} took longer than ${stageOf(plan, active).timeoutMs} ms and was stopped.`,
      retryable: true,
    };
    return fail(context, task, failure);
  }
  return fail(context, task, {
    code: "LOST",
    message: `${active.name} of ${plan.name} was started and is known to nobody any more.`,
    retryable: true,
  });
}

/** The task's end: its resource is free again, and who was told of a failure hears that it is over. */
function settle(
  { incidentPrefix, plan }: StepContext,
  task: TaskState,
  end: { readonly status: "succeeded" | "failed" | "cancelled"; readonly failure?: StageFailure },
): TaskStep {
  const { name, resource } = plan;
  const commands: RunCommand[] = [];
  if (task.fence !== null) commands.push({ type: "release", task: name, resource, fence: task.fence });
  const dedupKey = `${incidentPrefix}/${name}`;
  if (end.status === "succeeded") commands.push({ type: "recover", dedupKey });
  if (end.failure) {
    const where = task.active ? `${task.active.name} of ${name}` : name;
    commands.push({
      type: "raise",
      dedupKey,
      about: { is: "failed", task: name, stage: task.active?.name ?? null },
      severity: "error",
      summary: `${where} failed: ${end.failure.code}: ${end.failure.message}`,
    });
  }
  const failure = end.failure ?? (end.status === "succeeded" ? null : task.failure);
  return { task: { ...task, status: end.status, active: null, fence: null, failure }, commands };
}
