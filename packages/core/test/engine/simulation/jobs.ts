import type { RunCommand, StageFailure, StageTruth } from "../../../src/engine/index.ts";
import type { Chance, EventLoop } from "./event-loop.ts";

type Start = Extract<RunCommand, { readonly type: "start" }>;

interface Job {
  readonly key: string;
  readonly task: string;
  readonly externalId: string;
  truth: StageTruth;
}

/** Snowflake, Glue and the like: work that is started under a key, ends by itself or is stopped, and tells of it or not. */
export interface Jobs {
  /** Starts the work, unless it is known under its key. */
  start(command: Start, onEnd: (truth: StageTruth) => void): Job;
  find(key: string): Job | undefined;
  stop(key: string): void;
  readonly jobs: ReadonlyMap<string, Job>;
  /** More than one try of a task at work at the same time. */
  readonly overlaps: readonly string[];
}

export function openJobs(loop: EventLoop, chance: Chance): Jobs {
  const jobs = new Map<string, Job>();
  const overlaps: string[] = [];
  const running = new Map<string, string>();
  const end = (job: Job, truth: StageTruth): void => {
    job.truth = truth;
    if (running.get(job.task) === job.key) running.delete(job.task);
  };
  return {
    jobs,
    overlaps,
    find: (key) => jobs.get(key),
    start(command, onEnd) {
      const known = jobs.get(command.key);
      if (known) return known;
      const { key, task, stage } = command;
      const externalId = `${stage}-${jobs.size}`;
      const job: Job = { key, task: `${command.resource}`, externalId, truth: { is: "running", externalId } };
      const other = running.get(job.task);
      if (other !== undefined) overlaps.push(`${key} was started while ${other} was at work`);
      running.set(job.task, key);
      jobs.set(key, job);
      const hangs = chance.once(0.02);
      if (hangs) return job;
      loop.after(chance.between(100, chance.once(0.05) ? 1_200_000 : 90_000), () => {
        if (job.truth.is !== "running") return;
        end(job, outcome(chance, task));
        onEnd(job.truth);
      });
      return job;
    },
    stop(key) {
      const job = jobs.get(key);
      if (job?.truth.is !== "running") return;
      loop.after(chance.between(0, 30_000), () => {
        if (job.truth.is === "running") end(job, { is: "stopped" });
      });
    },
  };
}

function outcome(chance: Chance, task: string): StageTruth {
  if (chance.once(0.9)) return { is: "succeeded", result: { task } };
  const failure: StageFailure = chance.once(0.1)
    ? { code: "TYPE_OVERFLOW", message: "a value does not fit", retryable: false }
    : chance.once(0.2)
      ? { code: "THROTTLED", message: "not now", retryable: true, isDeferral: true, retryAfterMs: 30_000 }
      : { code: "CONNECTION_FAILED", message: "reset", retryable: true };
  return { is: "failed", failure };
}
