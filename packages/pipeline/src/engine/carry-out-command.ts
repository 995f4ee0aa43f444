import { metricOf } from "@snowmelt/core/alerts";
import { isWanted, type RunEvent, type StageFailure, type StageName, type StageTruth } from "@snowmelt/core/engine";
import { isSnowmeltError } from "@snowmelt/core/errors";
import type { Clock, Logger, Metrics } from "@snowmelt/core/ports";
import type { CommandMessage, StageCommand } from "./command-message.ts";
import { failedTry } from "./failed-try.ts";
import type { LeaseStore } from "./lease-store.ts";
import type { RunStore, StoredRun } from "./run-store.ts";
import type { StageCall, StageReply, StageRunner } from "./stage-runner.ts";

/** The runners that are wired; a stage without one fails with a clear word. */
export type StageRunners = Readonly<Partial<Record<StageName, StageRunner>>>;

/** What a stage that ends within its call came to, for whoever asks later. Written before it is told. */
export interface Receipts {
  find(key: string): Promise<StageReply | undefined>;
  /** Keeps the first of a key, and tells it. */
  write(key: string, reply: StageReply): Promise<StageReply>;
}

/**
 * Who makes a start. It may be delivered twice at a time: one that is refused by its service would be told to have failed while the
 * other one begins, and the next try would run beside it.
 */
export interface StartClaims {
  /** True for the first of a key, until its time is over. Never given back: what was begun once is found by asking. */
  claim(key: string, times: { readonly nowMs: number; readonly untilMs: number }): Promise<boolean>;
}

export interface CommandPorts {
  readonly starts: StartClaims;
  readonly runs: Pick<RunStore, "read">;
  readonly leases: Pick<LeaseStore, "renew">;
  readonly runners: StageRunners;
  /** To the orchestrator; resolves once it cannot get lost, or once its loss would be noticed by asking. */
  readonly tell: (event: RunEvent) => Promise<void>;
  /** Left out where the runners keep receipts of their own. */
  readonly receipts?: Receipts | undefined;
  readonly clock: Pick<Clock, "nowMs">;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** For which a stage has the resource since its start, or since somebody asked for it. Longer than a stage between two looks. */
  readonly leaseMs: number;
  /**
   * What the clocks of two machines may differ by.
   *
   * @default 60_000
   */
  readonly clockSkewMs?: number;
}

/** Of whoever carries out a command: until when, and what ends it. */
export interface CommandCall {
  /** Infinite where nothing ends it: a process that is asked whether it lives. */
  readonly deadlineAtMs: number;
  readonly signal: AbortSignal;
}

export type CommandOutcome =
  | { readonly kind: "done"; readonly told: RunEvent | undefined }
  /** The run asks for it no more. */
  | { readonly kind: "dropped"; readonly why: string };

/** The reason of a signal that ends a stage because its run asked for that. */
export class StageStopped extends Error {
  override readonly name = "StageStopped";
}

/**
 * The receiving end of a command, in a function or in this process: looks whether the run still wants it, whether the fence is still
 * its own, has the runner do it, and tells what came of it. Safe to repeat: what ended is told again from its receipt. Errors of the
 * stores, and RUN_STATE_NEWER, pass through; the command is to be delivered again.
 */
export async function carryOutCommand(
  ports: CommandPorts,
  message: CommandMessage,
  call: CommandCall,
): Promise<CommandOutcome> {
  // Before the run is looked at: who claims a start after its end has to see that it has ended.
  if (message.command.type === "start" && !(await claimStart(ports, message.command.key, call))) {
    return { kind: "dropped", why: `${message.command.key} is being started by another, or was` };
  }
  const run = await ports.runs.read(message.runId);
  if (!run) return { kind: "dropped", why: `there is no run ${message.runId}` };
  const { command } = message;
  const about = stageCallOf(message, call);
  if (command.type === "stop") {
    await ports.runners[command.stage]?.stop?.(command, about);
    return { kind: "done", told: undefined };
  }
  if (command.type === "observe") {
    if (!isUnderWay(run, command)) return { kind: "dropped", why: `${command.key} is under way no more` };
    const event = await observe(ports, message, command, about);
    if (event.type === "observed" && event.truth.is === "running") await keepResource(ports, run, command);
    return tell(ports, event);
  }
  const why = whyStale(run, command, endOf(ports, call));
  if (why !== undefined) return { kind: "dropped", why };
  return tell(ports, await start(ports, message, command, about));
}

function claimStart(ports: CommandPorts, key: string, call: CommandCall): Promise<boolean> {
  const { clock, starts, clockSkewMs = defaultSkewMs } = ports;
  const untilMs = Number.isFinite(call.deadlineAtMs) ? call.deadlineAtMs + clockSkewMs : Number.MAX_SAFE_INTEGER;
  return starts.claim(key, { nowMs: clock.nowMs(), untilMs });
}

async function tell(ports: CommandPorts, event: RunEvent): Promise<CommandOutcome> {
  await ports.tell(event);
  return { kind: "done", told: event };
}

/** Work that goes on keeps what it works on. Who has lost it learns that from the fence, at the next stage. */
async function keepResource(
  { leases, clock, leaseMs }: CommandPorts,
  run: StoredRun,
  { task, key }: Observe,
): Promise<void> {
  const { fence, active } = run.state.tasks[task] ?? {};
  const plan = run.graph.tasks.find(({ name }) => name === task);
  if (fence == null || !plan || active?.key !== key) return;
  await leases.renew(plan.resource, { fence, nowMs: clock.nowMs(), leaseMs });
}

const isUnderWay = ({ state }: StoredRun, { task, key }: Observe): boolean => state.tasks[task]?.active?.key === key;

type Start = Extract<StageCommand, { readonly type: "start" }>;
type Observe = Extract<StageCommand, { readonly type: "observe" }>;

const defaultSkewMs = 60_000;

/** By the latest of all clocks. Who has no end is asked whether he lives. */
const endOf = ({ clock, clockSkewMs = defaultSkewMs }: CommandPorts, { deadlineAtMs }: CommandCall): number =>
  Number.isFinite(deadlineAtMs) ? deadlineAtMs + clockSkewMs : clock.nowMs();

/** That nothing is known of a start is believed after `dispatchMs`: whoever might live on beyond that must not begin. */
function whyStale({ state, graph }: StoredRun, command: Start, endsAtMs: number): string | undefined {
  if (!isWanted(state, command)) return `${command.key} is not the stage's key any more, or has been started`;
  const commandedAtMs = state.tasks[command.task]?.active?.commandedAtMs ?? 0;
  if (endsAtMs > commandedAtMs + graph.dispatchMs) return `${command.key} was commanded too long ago`;
  return undefined;
}

async function start(ports: CommandPorts, message: CommandMessage, command: Start, call: StageCall): Promise<RunEvent> {
  const known = await ports.receipts?.find(command.key);
  const reply = known ?? (await begin(ports, command, call));
  if (call.signal.aborted && call.signal.reason instanceof StageStopped) {
    return observedEvent(ports, message, { externalId: null, truth: { is: "stopped" } });
  }
  const kept = known || reply.kind === "started" ? reply : ((await ports.receipts?.write(command.key, reply)) ?? reply);
  return eventOf(kept, { runId: message.runId, key: command.key, atMs: ports.clock.nowMs() });
}

async function begin(
  { runners, leases, clock, leaseMs, logger, metrics }: CommandPorts,
  command: Start,
  call: StageCall,
): Promise<StageReply> {
  const { stage, task, resource, fence } = command;
  const runner = runners[stage];
  if (!runner) {
    return failed(
      "STAGE_UNAVAILABLE",
      `${stage} of ${task} cannot be carried out: no runner of ${stage} is wired here.`,
    );
  }
  const beganAtMs = clock.nowMs();
  if (fence !== null && !(await leases.renew(resource, { fence, nowMs: beganAtMs, leaseMs }))) {
    return { ...failed("FENCED", `Another run has taken ${resource} since ${task} claimed it.`, true) };
  }
  try {
    return await runner.start(command, call);
  } catch (error) {
    logger.log("error", `${stage} of ${task} threw.`, { runId: call.runId, key: command.key, code: codeOf(error) });
    return (await lookFor(runner, command, call)) ?? toFailedReply(error, `${stage} of ${task}`);
  } finally {
    const dimensions = { Environment: call.environment, Pipeline: call.pipeline, Stage: stage };
    metrics.record(metricOf("StageCallDuration", Math.max(0, clock.nowMs() - beganAtMs), dimensions));
  }
}

/**
 * Who started work at a service and got no answer does not know whether it began: a failure told would have it begun once more. Where
 * nobody can be asked either, that error passes through, and the command is delivered again.
 */
async function lookFor(runner: StageRunner, command: Start, call: StageCall): Promise<StageReply | undefined> {
  const { key, task, stage, work } = command;
  const truth = await runner.observe?.({ type: "observe", key, task, stage, work, externalId: null }, call);
  if (truth?.is === "running" && truth.externalId !== null) return { kind: "started", externalId: truth.externalId };
  if (truth?.is === "succeeded") {
    const { result, fence, goTo } = truth;
    return {
      kind: "succeeded",
      result,
      ...(fence === undefined ? {} : { fence }),
      ...(goTo === undefined ? {} : { goTo }),
    };
  }
  return truth?.is === "failed" ? { kind: "failed", failure: truth.failure } : undefined;
}

async function observe(
  ports: CommandPorts,
  message: CommandMessage,
  command: Observe,
  call: StageCall,
): Promise<RunEvent> {
  const { externalId, key, stage } = command;
  const reply = await ports.receipts?.find(key);
  if (reply && reply.kind !== "started")
    return eventOf(reply, { runId: message.runId, key, atMs: ports.clock.nowMs() });
  const truth = (await ports.runners[stage]?.observe?.(command, call)) ?? { is: "absent" as const };
  return observedEvent(ports, message, { externalId, truth });
}

function observedEvent(
  { clock }: Pick<CommandPorts, "clock">,
  { id, runId, command }: CommandMessage,
  told: { readonly externalId: string | null; readonly truth: StageTruth },
): RunEvent {
  const atMs = clock.nowMs();
  return { id: `${id}/observed/${atMs}`, type: "observed", runId, key: command.key, atMs, ...told };
}

function eventOf(reply: StageReply, about: { runId: string; key: string; atMs: number }): RunEvent {
  const { key } = about;
  switch (reply.kind) {
    case "started":
      return { ...about, id: `${key}/started/${reply.externalId}`, type: "started", externalId: reply.externalId };
    case "yielded":
      return { ...about, id: `${key}/yielded`, type: "yielded", position: reply.position };
    case "succeeded": {
      const { kind: _, ...success } = reply;
      return { ...about, id: `${key}/succeeded`, type: "succeeded", ...success };
    }
    case "failed":
      return { ...about, id: `${key}/failed`, type: "failed", failure: reply.failure };
    default:
      return reply satisfies never;
  }
}

function stageCallOf(message: CommandMessage, { deadlineAtMs, signal }: CommandCall): StageCall {
  const { runId, pipeline, environment, definitionHash } = message;
  return { runId, pipeline, environment, definitionHash, deadlineAtMs, signal };
}

const failed = (code: string, message: string, retryable = false): StageReply => ({
  kind: "failed",
  failure: { code, message, retryable },
});

const codeOf = (error: unknown): string =>
  isSnowmeltError(error) ? error.code : error instanceof Error ? error.name : typeof error;

/** Messages of Snowmelt's own errors hold no secrets; of others nothing but the name is told. What is not known may pass. */
export function toFailedReply(error: unknown, what: string): Extract<StageReply, { readonly kind: "failed" }> {
  const failure: StageFailure = isSnowmeltError(error)
    ? { message: error.message, ...failedTry(error) }
    : { code: "STAGE_CRASHED", message: `${what} threw ${codeOf(error)}.`, retryable: true };
  return { kind: "failed", failure };
}
