import type { BreakerConfig, EscalationPolicy, Notification, RunGraph } from "@snowmelt/core/engine";
import { type ArchivedStores, openMemoryStores, type StageReply } from "@snowmelt/pipeline/engine";
import { type Chance, type FaultLimits, openChance } from "./chance.ts";
import { type EventLoop, openEventLoop } from "./event-loop.ts";
import { flightsGraph } from "./flights-graph.ts";
import { type Jobs, openJobs } from "./jobs.ts";
import { type Lanes, openLanes } from "./lanes.ts";

export const minute = 60_000;

export const policy: EscalationPolicy = {
  levels: [
    { afterMs: 0, channels: ["slack"] },
    { afterMs: 10 * minute, channels: ["pager"] },
    { afterMs: 30 * minute, channels: ["manager"] },
  ],
  goodsToResolve: 1,
  acknowledgedForMs: 20 * minute,
};

export const breakerConfig: BreakerConfig = {
  badShare: 0.5,
  minCalls: 4,
  windowMinutes: 5,
  openMs: minute,
  maxOpenMs: 10 * minute,
  probeMs: 3 * minute,
};

export interface WorldSize extends FaultLimits {
  /** @default one to three */
  readonly runs?: number;
  readonly datasets?: readonly string[];
  /** Each run works on one of the datasets, in turn, and has no transform; a handler lives through many more calls. */
  readonly isWide?: boolean;
  readonly isTraced?: boolean;
}

/** All there is in one simulated world. */
export interface World {
  readonly size: WorldSize;
  readonly loop: EventLoop;
  readonly chance: Chance;
  readonly stores: ArchivedStores;
  readonly jobs: Jobs;
  readonly lanes: Lanes;
  readonly receipts: Map<string, StageReply>;
  /** Until when, by key. */
  readonly starts: Map<string, number>;
  readonly told: { readonly atMs: number; readonly notification: Notification }[];
  readonly announced: Set<string>;
  readonly acknowledged: Set<string>;
  /** Of its clock, of each kind of handler. */
  readonly skewMs: (kind: string) => number;
  readonly outage: { readonly fromMs: number; readonly toMs: number };
  readonly graphAt: (runId: string, nowMs: number) => RunGraph;
  readonly note: (line: () => string) => void;
  readonly trace: string[];
  /** Messages on their way, and what people have yet to say. */
  outstanding: number;
  /** Calls of stores. */
  operations: number;
}

export function openWorld(seed: number, size: WorldSize): World {
  const loop = openEventLoop();
  const chance = openChance(seed, size);
  const trace: string[] = [];
  const limits = chance.oneOf([{}, {}, { timeoutMs: 90_000 }]);
  const deployAtMs = chance.between(0, 30 * minute);
  const names = size.datasets ?? chance.oneOf([["flights"], ["flights", "airports"]]);
  const skews = new Map<string, number>();
  const outageFromMs = chance.fault(0.1) ? chance.between(0, 60 * minute) : Number.POSITIVE_INFINITY;
  const graphs = new Map<string, RunGraph>();
  const graphOf = (hash: string, datasets: readonly string[]): RunGraph => {
    const id = `${hash} ${datasets.join()}`;
    const known =
      graphs.get(id) ?? flightsGraph(hash, limits, size.isWide ? { datasets, transforms: [] } : { datasets });
    graphs.set(id, known);
    return known;
  };
  return {
    size,
    loop,
    chance,
    stores: openMemoryStores(),
    jobs: openJobs(loop, chance),
    lanes: openLanes(),
    receipts: new Map(),
    starts: new Map(),
    told: [],
    announced: new Set(),
    acknowledged: new Set(),
    skewMs(kind) {
      const known = skews.get(kind) ?? chance.oneOf([0, 0, -40_000, 90_000]);
      skews.set(kind, known);
      return known;
    },
    outage: { fromMs: outageFromMs, toMs: outageFromMs + 40 * minute },
    graphAt(runId, nowMs) {
      const hash = nowMs < deployAtMs ? "one" : "two";
      const number = Number(runId.slice(3));
      const own = size.isWide ? [names[number % names.length] ?? ""] : names;
      return graphOf(hash, own);
    },
    note: size.isTraced
      ? (line) => void (trace.length < 5000 && trace.push(`${(loop.nowMs / 1000).toFixed(1)} ${line()}`))
      : () => undefined,
    trace,
    outstanding: 0,
    operations: 0,
  };
}
