import { metricOf } from "@snowmelt/core/alerts";
import { askBreaker, type BreakerConfig, type BreakerState, closedBreaker, tellBreaker } from "@snowmelt/core/engine";
import type { Clock, Logger, Metrics, Random } from "@snowmelt/core/ports";
import { engineError } from "./engine-error.ts";
import type { CallCounter, VersionedStore } from "./versioned-store.ts";

export interface BreakerPorts {
  readonly breakers: VersionedStore<BreakerState>;
  readonly calls: CallCounter;
  readonly clock: Pick<Clock, "nowMs">;
  readonly random: Pick<Random, "uuid">;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

export type CallVerdict = "ok" | "bad" | "other";

export interface Breaker {
  /**
   * Makes the call, unless the service called by that name is left alone: then BREAKER_OPEN, with `details.retryAfterMs`. Whoever makes
   * the call learns nothing of a store that is down: the call is made all the same. What the call throws passes through.
   */
  guard<T>(name: string, call: () => Promise<T>, verdictOf: CallVerdictOf<T>): Promise<T>;
}

/** What a call says of the service. `bad`: throttled, unreachable, broken; `other`: it failed by the caller's own doing. */
export type CallVerdictOf<T> = (
  end: { readonly kind: "returned"; readonly value: T } | { readonly kind: "threw"; readonly error: unknown },
) => CallVerdict;

interface Pass {
  readonly generation: number;
  readonly isProbe: boolean;
}

/** One breaker a service, shared by all callers through the store. */
export function openBreaker(config: BreakerConfig, ports: BreakerPorts): Breaker {
  return {
    async guard(name, call, verdictOf) {
      const callId = ports.random.uuid();
      const pass = await ask(config, ports, { name, callId });
      try {
        const value = await call();
        await tell(config, ports, { name, callId, pass, outcome: verdictOf({ kind: "returned", value }) });
        return value;
      } catch (error) {
        await tell(config, ports, { name, callId, pass, outcome: verdictOf({ kind: "threw", error }) });
        throw error;
      }
    },
  };
}

const maxTries = 10;

async function ask(
  config: BreakerConfig,
  ports: BreakerPorts,
  { name, callId }: { readonly name: string; readonly callId: string },
): Promise<Pass | undefined> {
  const { breakers, clock, metrics } = ports;
  const asked = await failOpen(ports, name, async () => {
    for (let tries = 0; tries < maxTries; tries++) {
      const found = await breakers.read(name);
      const verdict = askBreaker(config, found?.value ?? closedBreaker, { nowMs: clock.nowMs(), callId });
      if (verdict.kind !== "probe") return verdict;
      const { state: value, generation } = verdict;
      if (await breakers.write(name, { value, before: found?.version ?? 0, deadlineAtMs: null })) {
        return { kind: "allow" as const, generation, isProbe: true };
      }
    }
    return undefined;
  });
  if (asked?.kind === "refuse") {
    const { retryAfterMs } = asked;
    metrics.record(metricOf("CallsRefused", 1, { Breaker: name }));
    throw engineError(
      "BREAKER_OPEN",
      `${name} failed too often of late and is left alone; a call may be tried in ${Math.ceil(retryAfterMs / 1000)} s.`,
      { details: { service: name, retryAfterMs } },
    );
  }
  return asked && { generation: asked.generation, isProbe: "isProbe" in asked };
}

async function tell(
  config: BreakerConfig,
  ports: BreakerPorts,
  {
    name,
    callId,
    pass,
    outcome,
  }: { readonly name: string; readonly callId: string; readonly pass: Pass | undefined; readonly outcome: CallVerdict },
): Promise<void> {
  const { breakers, calls, clock, logger, metrics } = ports;
  if (!pass) return;
  await failOpen(ports, name, async () => {
    const minute = Math.floor(clock.nowMs() / 60_000);
    if (outcome !== "other") {
      await calls.add(name, { minute, ok: outcome === "ok" ? 1 : 0, bad: outcome === "bad" ? 1 : 0 });
    }
    if (!pass.isProbe && outcome !== "bad") return;
    const counts = await calls.recent(name, { fromMinute: minute - config.windowMinutes, toMinute: minute });
    for (let tries = 0; tries < maxTries; tries++) {
      const found = await breakers.read(name);
      const before = found?.value ?? closedBreaker;
      const call = { nowMs: clock.nowMs(), callId, generation: pass.generation, outcome, counts };
      const value = tellBreaker(config, before, call);
      if (value === before) return;
      if (!(await breakers.write(name, { value, before: found?.version ?? 0, deadlineAtMs: null }))) continue;
      if (value.isOpen !== before.isOpen) {
        logger.log("warn", `The breaker of ${name} ${value.isOpen ? "opened" : "closed"}.`, { service: name });
      }
      metrics.record(metricOf("BreakerOpen", value.isOpen ? 1 : 0, { Breaker: name }));
      return;
    }
  });
}

/** A store that is down must not take the service down with it. */
async function failOpen<T>({ logger }: BreakerPorts, name: string, look: () => Promise<T>): Promise<T | undefined> {
  try {
    return await look();
  } catch (error) {
    const fields = { service: name, error: error instanceof Error ? error.name : typeof error };
    logger.log("warn", `The breaker of ${name} cannot be read or written; its calls are made all the same.`, fields);
    return undefined;
  }
}
