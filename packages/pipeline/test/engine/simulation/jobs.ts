import type { StageFailure, StageTruth } from "@snowmelt/core/engine";
import type { StartCommand } from "@snowmelt/pipeline/engine";
import type { Chance } from "./chance.ts";
import type { EventLoop } from "./event-loop.ts";

interface Job {
  readonly key: string;
  readonly resource: string;
  readonly externalId: string;
  readonly window: number;
  truth: StageTruth;
}

/** Snowflake, Glue and the like: work that is started under a key, ends by itself or is stopped, and tells of it or not. */
export interface Jobs {
  /** Starts the work, unless it is known under its key. */
  start(command: StartCommand, window: number, onEnd: (truth: StageTruth) => void): Job;
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
    if (running.get(job.resource) === job.key) running.delete(job.resource);
  };
  return {
    jobs,
    overlaps,
    find: (key) => jobs.get(key),
    start({ key, stage, resource }, window, onEnd) {
      const known = jobs.get(key);
      if (known) return known;
      const externalId = `${stage}-${jobs.size}`;
      const job: Job = { key, resource, externalId, window, truth: { is: "running", externalId } };
      const other = running.get(resource);
      if (other !== undefined) overlaps.push(`${key} was started while ${other} was at work`);
      running.set(resource, key);
      jobs.set(key, job);
      if (chance.fault(0.02)) return job;
      loop.after(chance.between(100, chance.once(0.05) ? 1_200_000 : 90_000), () => {
        if (job.truth.is !== "running") return;
        end(job, outcome(chance, window));
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

function outcome(chance: Chance, window: number): StageTruth {
  if (!chance.fault(0.1)) return { is: "succeeded", result: { window } };
  const failure: StageFailure = chance.once(0.1)
    ? { code: "TYPE_OVERFLOW", message: "a value does not fit", retryable: false }
    : { code: "CONNECTION_FAILED", message: "reset", retryable: true };
  return { is: "failed", failure };
}
