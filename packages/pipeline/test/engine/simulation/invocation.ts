import { pipelineError } from "./service-error.ts";
import type { World } from "./world.ts";

/** One handler at work: it has a clock, a time to live, and may die at any call. */
export interface Invocation {
  readonly nowMs: () => number;
  /** By its own clock. */
  readonly deadlineAtMs: number;
  /**
   * A call of something outside: it may take its time, fail before or after its effect, or be the last thing that the handler did.
   * Who dies runs no code any more, so the promise of a call that kills never ends.
   */
  call<T>(what: string, effect: () => Promise<T>): Promise<T>;
}

const never = <T>(): Promise<T> => new Promise<T>(() => undefined);

export function beginInvocation(world: World, kind: string, lifeMs: number): Invocation {
  const { loop, chance, note } = world;
  const skewMs = world.skewMs(kind);
  const endsAtMs = loop.nowMs + lifeMs;
  const dies = world.size.isWide ? 0.0002 : 0.003;
  let isDead = false;
  const die = <T>(why: string): Promise<T> => {
    isDead = true;
    note(() => `${kind} ${why}`);
    return never();
  };
  const wait = (delayMs: number): Promise<void> => new Promise((resolve) => loop.after(delayMs, resolve));
  const pause = (): Promise<void> | undefined => {
    const roll = chance.float();
    if (roll > 0.06) return undefined;
    // A handler that is frozen: the clock of its machine goes on.
    return wait(roll < 0.002 ? chance.between(1000, 110_000) : chance.between(1, 400));
  };
  return {
    nowMs: () => loop.nowMs + skewMs,
    deadlineAtMs: endsAtMs + skewMs,
    async call(what, effect) {
      world.operations++;
      if (isDead) return never();
      if (chance.fault(dies)) return die(`died before ${what}`);
      const before = pause();
      if (before) await before;
      if (loop.nowMs > endsAtMs || isDead) return die(`was out of time before ${what}`);
      if (chance.fault(0.004)) throw pipelineError("CONNECTION_FAILED", `${what} could not be reached`);
      const result = await effect();
      if (isDead) return never();
      if (chance.fault(dies)) return die(`died behind ${what}`);
      const after = pause();
      if (after) await after;
      if (loop.nowMs > endsAtMs) return die(`was out of time behind ${what}`);
      if (chance.fault(0.003)) throw pipelineError("CONNECTION_FAILED", `${what} did not answer`);
      return result;
    },
  };
}

type Wrapped = Record<string, unknown> & { invocation?: Invocation };
const prototypes = new WeakMap<object, Wrapped>();

/** The same record of functions, each call of which may go wrong. Called as methods, so that they are wrapped once a world. */
export function faulty<T extends object>(invocation: Invocation, name: string, port: T): T {
  const known = prototypes.get(port) ?? wrap(name, port);
  prototypes.set(port, known);
  const own: Wrapped = Object.create(known);
  own.invocation = invocation;
  return own as unknown as T;
}

function wrap(name: string, port: object): Wrapped {
  const wrapped: Wrapped = {};
  for (const [method, call] of Object.entries(port) as [string, (...args: unknown[]) => Promise<unknown>][]) {
    const what = `${name}.${method}`;
    wrapped[method] =
      method === "list" || method === "audit"
        ? call
        : function (this: Wrapped, ...args: unknown[]) {
            return this.invocation?.call(what, () => call.apply(port, args));
          };
  }
  return wrapped;
}
