import type { StageName } from "@snowmelt/core/engine";
import type { StageReply, StageRunner, StageRunners, StartCommand } from "../engine/index.ts";
import type { DatasetResult } from "../manifest.ts";
import type { StageEnd, TaskRoutine } from "./task-routine.ts";

/** Tasks of a run, by their names. Each routine is made when its task begins, and once. */
export type TaskRoutines = ReadonlyMap<string, () => TaskRoutine>;

export interface RoutineRunners {
  readonly runners: StageRunners;
  /** What the tasks that were begun have come to, by their names. One that stands between two stages is given up for `reason`. */
  results(reason: unknown): Promise<ReadonlyMap<string, DatasetResult>>;
}

interface Begun {
  readonly routine: TaskRoutine;
  last: StageEnd | undefined;
  result: DatasetResult | undefined;
}

const stages = ["claim", "extract", "land", "verify", "check", "commit", "catalog", "publish"] as const;

/**
 * Runners of stages whose tasks are routines of this process: the start of a stage lets its task's routine go on to the stage's end.
 * A stage is started once, as its graph allows one try: what a failed try leaves is given up, and the next run goes on from there.
 */
export function openRoutineRunners(
  routines: TaskRoutines,
  ports: {
    /** Strikes out the run's secrets. */
    readonly redact: (text: string) => string;
    /** Somebody had a stage stopped: whatever its routine waits for has to end. */
    readonly onStopped: (reason: unknown) => void;
  },
): RoutineRunners {
  const begun = new Map<string, Begun>();
  const start = async (command: StartCommand, signal: AbortSignal): Promise<StageReply> => {
    const stop = (): void => ports.onStopped(signal.reason);
    signal.addEventListener("abort", stop);
    try {
      return replyOf(await goOn(taskOf(command)), command.stage, ports.redact);
    } finally {
      signal.removeEventListener("abort", stop);
    }
  };
  const taskOf = ({ task }: StartCommand): Begun => {
    const known = begun.get(task);
    if (known) return known;
    const make = routines.get(task);
    if (!make) throw new RangeError(`${task} is no task of this process's run`);
    const fresh: Begun = { routine: make(), last: undefined, result: undefined };
    begun.set(task, fresh);
    return fresh;
  };
  const runner: StageRunner = { start: (command, { signal }) => start(command, signal) };
  return {
    runners: Object.fromEntries(stages.map((stage) => [stage, runner])),
    async results(reason) {
      const results = new Map<string, DatasetResult>();
      for (const [name, task] of begun) results.set(name, await finish(task, reason));
      return results;
    },
  };
}

async function goOn(task: Begun): Promise<Begun> {
  if (!task.result) note(task, await task.routine.next());
  return task;
}

function note(task: Begun, step: IteratorResult<StageEnd, DatasetResult>): void {
  if (step.done) task.result = step.value;
  else task.last = step.value;
}

/** What has nothing left but to be told goes on to its end, as a commit cannot be taken back. */
async function finish(task: Begun, reason: unknown): Promise<DatasetResult> {
  while (!task.result) {
    const { routine, last } = task;
    const isDecided = last?.stage === "commit" || last?.stage === "catalog" || last?.goTo !== undefined;
    note(task, isDecided ? await routine.next() : await routine.throw(reason));
  }
  return task.result;
}

function replyOf({ last, result }: Begun, stage: StageName, redact: (text: string) => string): StageReply {
  if (!result) {
    if (last?.stage !== stage) throw new RangeError(`${stage} was started, and ${last?.stage ?? "nothing"} came`);
    const { goTo } = last;
    return { kind: "succeeded", result: last.result, ...(goTo === undefined ? {} : { goTo }) };
  }
  const { failure, outcome, deltaVersion, counts, bytesWritten } = result;
  if (!failure) return { kind: "succeeded", result: { outcome, deltaVersion, ...counts, bytesWritten } };
  const { code, message, retryable } = failure;
  return { kind: "failed", failure: { code, message: redact(message), retryable } };
}
