import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Pipeline } from "@snowmelt/core/definition";
import { type JsonRecord, type StageName, stageNames, type TaskWork } from "@snowmelt/core/engine";
import { type ObjectStore, silentLogger, silentMetrics, systemClock, systemRandom } from "@snowmelt/core/ports";
import { openFileStore } from "@snowmelt/lake/store";
import {
  type LeaseStore,
  openMemoryStores,
  type StageCall,
  type StageReply,
  type StageRunner,
} from "../../src/engine/index.ts";
import { DatasetResult } from "../../src/manifest.ts";
import type { RunEvent } from "../../src/run-event.ts";
import { keepDefinition, openStageRunners, openStages, type PieceLimits } from "../../src/stage-runners/index.ts";
import { openStageObjects } from "../../src/state/stage-objects.ts";
import type { Landscape } from "../landscape.ts";

type Runners = Readonly<Partial<Record<StageName, StageRunner>>>;
type Results = Partial<Record<StageName, JsonRecord>>;

/** What happens in place of, or beside, one call of a stage. */
export interface Mischief {
  /** Before the call of a stage, the n-th of it. */
  readonly before?: (stage: StageName, calls: number) => Promise<void> | void;
  /** Every start is carried out so often under its key. @default 1 */
  readonly repeats?: number;
  /** The call ends so: its reply is not heard of, and the stage is tried again under another key. */
  readonly isLost?: (stage: StageName, calls: number) => boolean;
  /** What ends the call from outside. */
  readonly signal?: (stage: StageName, calls: number) => AbortSignal | undefined;
  readonly onEvent?: (event: RunEvent) => void;
}

export interface Driven {
  readonly replies: readonly { readonly stage: StageName; readonly reply: StageReply }[];
  readonly results: Results;
  readonly failure: Extract<StageReply, { kind: "failed" }>["failure"] | undefined;
  /** The entry of the manifest; undefined where the task failed. */
  readonly entry: DatasetResult | undefined;
}

export interface Driver {
  readonly state: ObjectStore;
  readonly leases: LeaseStore;
  readonly runners: () => Promise<Runners>;
  drive(
    pipeline: Pipeline,
    work: { readonly dataset: string; readonly purpose?: Extract<TaskWork, { kind: "dataset" }>["purpose"] },
    options?: {
      readonly runId?: string;
      readonly pieces?: PieceLimits;
      readonly deadlineAtMs?: number;
      /** Times that it begins again from its claim where a stage says FENCED, as the engine does. @default 0 */
      readonly restarts?: number;
      readonly mischief?: Mischief;
    },
  ): Promise<Driven>;
}

/** Stages one after the other, each call with all opened anew, as in a process of its own. */
export async function openDriver(land: Landscape): Promise<Driver> {
  const state = openFileStore(join(land.directory, "engine-state"));
  const spillDirectory = join(land.directory, "spill");
  await mkdir(spillDirectory, { recursive: true });
  const { leases } = openMemoryStores();
  let runs = 0;
  const runners = async (pieces: PieceLimits = {}, onEvent?: (event: RunEvent) => void): Promise<Runners> =>
    openStageRunners({
      open: openStages({
        stateObjects: openFileStore(join(land.directory, "engine-state")),
        secrets: land.secrets,
        spillDirectory,
        clock: systemClock,
        random: systemRandom,
        logger: silentLogger,
        metrics: silentMetrics,
        lake: land.access,
        onEvent,
      }),
      leases,
      leaseMs: 600_000,
      stateObjects: state,
      clock: systemClock,
      pieces,
    });
  const driver: Driver = {
    state,
    leases,
    runners,
    async drive(pipeline, work, options = {}) {
      const { dataset, purpose = { kind: "live" } } = work;
      const { runId = `run-${++runs}`, pieces, restarts = 0, mischief = {} } = options;
      const { deadlineAtMs = Number.POSITIVE_INFINITY } = options;
      const definitionHash = await keepDefinition(state, pipeline);
      const call: StageCall = {
        runId,
        pipeline: pipeline.name,
        environment: "local",
        definitionHash,
        deadlineAtMs,
        signal: new AbortController().signal,
      };
      const resource = `local/${pipeline.name}/${dataset}`;
      const replies: { stage: StageName; reply: StageReply }[] = [];
      const results: Results = {};
      let fence: number | null = null;
      let goTo: string | undefined;
      const calls = new Map<StageName, number>();
      for (const stage of stageNames) {
        const isThere = (await runners(pieces, mischief.onEvent))[stage] !== undefined;
        if (!isThere || stage === "transform" || (goTo !== undefined && goTo !== stage)) continue;
        goTo = undefined;
        let position: JsonRecord | null = null;
        for (;;) {
          const count = (calls.get(stage) ?? 0) + 1;
          calls.set(stage, count);
          await mischief.before?.(stage, count);
          const about = {
            key: `${runId}/${dataset}/${stage}/${restarts}.${count}`,
            task: dataset,
            stage,
            work: { kind: "dataset", dataset, purpose } satisfies TaskWork,
          };
          const start = {
            ...about,
            type: "start",
            resource,
            fence,
            results: { ...results },
            position,
            timeoutAtMs: null,
          } as const;
          let reply: Exclude<StageReply, { kind: "started" }> | undefined;
          let told: StageReply | undefined;
          for (let time = 0; time < (mischief.repeats ?? 1); time++)
            told = await (await runners(pieces, mischief.onEvent))[stage]?.start(start, {
              ...call,
              signal: mischief.signal?.(stage, count) ?? call.signal,
            });
          if (told?.kind !== "started") reply = told;
          else {
            const { externalId } = told;
            while (!reply) {
              const runner = (await runners(pieces, mischief.onEvent))[stage];
              const truth = await runner?.observe?.({ ...about, type: "observe", externalId }, call);
              if (truth?.is === "succeeded") reply = { kind: "succeeded", result: truth.result };
              else if (truth?.is === "failed") reply = { kind: "failed", failure: truth.failure };
              else if (truth?.is === "running") await systemClock.sleep(20);
              else throw new Error(`${stage} was started and is ${truth?.is}`);
            }
          }
          if (!reply) throw new Error(`there is no runner of ${stage}`);
          if (mischief.isLost?.(stage, count)) continue;
          replies.push({ stage, reply });
          if (reply.kind === "yielded") {
            position = reply.position;
            continue;
          }
          if (reply.kind === "failed" && ["QUERY_RUNNING", "ABORTED"].includes(reply.failure.code)) continue;
          if (reply.kind === "failed") {
            if (fence !== null) await leases.release(resource, fence);
            if (reply.failure.code === "FENCED" && restarts > 0)
              return driver.drive(pipeline, work, { ...options, runId, restarts: restarts - 1 });
            return { replies, results, failure: reply.failure, entry: undefined };
          }
          results[stage] = reply.result;
          fence = reply.fence ?? fence;
          goTo = reply.goTo;
          break;
        }
      }
      if (fence !== null) await leases.release(resource, fence);
      const entry = String(results.publish?.entry);
      return { replies, results, failure: undefined, entry: await openStageObjects(state).find(entry, DatasetResult) };
    },
  };
  return driver;
}
