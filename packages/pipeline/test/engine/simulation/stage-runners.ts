import type { StageTruth } from "@snowmelt/core/engine";
import { silentLogger, silentMetrics } from "@snowmelt/core/ports";
import {
  type EngineStores,
  guardRunner,
  openBreaker,
  type Receipts,
  type StageReply,
  type StageRunner,
  type StageRunners,
  type StartClaims,
} from "@snowmelt/pipeline/engine";
import type { Invocation } from "./invocation.ts";
import { pipelineError } from "./service-error.ts";
import { breakerConfig, minute, type World } from "./world.ts";

export const leaseMs = 30 * minute;

/** The stages as a handler has them: services outside, the tables' logs, and receipts. */
export function openStageRunners(
  world: World,
  invocation: Invocation,
  stores: EngineStores,
  tellOfJob: (key: string, runId: string, truth: StageTruth) => void,
): StageRunners {
  const { loop, jobs, lanes, outage, chance } = world;
  const clock = { nowMs: invocation.nowMs };
  const breaker = openBreaker(breakerConfig, {
    breakers: stores.breakers,
    calls: stores.calls,
    clock,
    random: chance,
    logger: silentLogger,
    metrics: silentMetrics,
  });
  const claim: StageRunner = {
    async start({ resource }, { runId }) {
      const claimed = await stores.leases.claim(resource, { holder: runId, nowMs: invocation.nowMs(), leaseMs });
      return claimed.kind === "claimed"
        ? { kind: "succeeded", result: {}, fence: claimed.fence }
        : busy(claimed.by.holder);
    },
  };
  const job: StageRunner = {
    start: (command, { runId }) =>
      invocation.call(`start of ${command.key}`, async () => {
        if (loop.nowMs >= outage.fromMs && loop.nowMs < outage.toMs) throw pipelineError("CONNECTION_FAILED", "down");
        const window = lanes.next(command.resource);
        const { externalId } = jobs.start(command, window, (truth) => tellOfJob(command.key, runId, truth));
        return { kind: "started", externalId };
      }),
    observe: ({ key }) =>
      invocation.call(`look at ${key}`, async (): Promise<StageTruth> => {
        const found = jobs.find(key);
        if (!found) return { is: "absent" };
        return chance.fault(0.05) ? { is: "running", externalId: found.externalId } : found.truth;
      }),
    stop: ({ key }) => invocation.call(`stop of ${key}`, async () => jobs.stop(key)),
  };
  const land: StageRunner = {
    async start({ position, key }) {
      const row = Number(position?.row ?? 0);
      await invocation.call(`files of ${key}`, async () => undefined);
      return row < 2 && chance.once(0.5)
        ? { kind: "yielded", position: { row: row + 1 } }
        : { kind: "succeeded", result: { rows: row } };
    },
  };
  const commit: StageRunner = {
    start: ({ resource, results, key }, { runId }) =>
      invocation.call(`commit of ${key}`, async (): Promise<StageReply> => {
        const window = Number(results.extract?.window);
        if (lanes.commit(resource, window, runId) === "done") return { kind: "succeeded", result: { window } };
        return { kind: "failed", failure: { code: "FENCED", message: "a gap", retryable: true } };
      }),
  };
  const plain: StageRunner = {
    start: ({ key }) =>
      invocation.call(`work of ${key}`, async () => ({ kind: "succeeded", result: { key } }) satisfies StageReply),
  };
  return {
    claim,
    extract: guardRunner(job, breaker, "snowflake"),
    land,
    commit,
    catalog: plain,
    transform: job,
  };
}

const busy = (holder: string): StageReply => ({
  kind: "failed",
  failure: {
    code: "DATASET_BUSY",
    message: `${holder} has it`,
    retryable: true,
    isDeferral: true,
    retryAfterMs: minute,
  },
});

export const receiptsOf = ({ receipts }: World, invocation: Invocation): Receipts => ({
  find: (key) => invocation.call(`receipt of ${key}`, async () => receipts.get(key)),
  write: (key, reply) =>
    invocation.call(`receipt for ${key}`, async () => {
      const kept = receipts.get(key) ?? reply;
      receipts.set(key, kept);
      return kept;
    }),
});

export const startsOf = ({ starts }: World, invocation: Invocation): StartClaims => ({
  claim: (key, { nowMs, untilMs }) =>
    invocation.call(`claim of ${key}`, async () => {
      if ((starts.get(key) ?? 0) > nowMs) return false;
      starts.set(key, untilMs);
      return true;
    }),
});
