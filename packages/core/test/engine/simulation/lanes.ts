/** The table's log, as far as the engine has to do with it: windows one after the other, and by whom. */
export interface Lanes {
  readonly committed: ReadonlyMap<string, readonly string[]>;
  next(dataset: string): number;
  /** Put if absent upon its predecessor: `gap` where another window is there, or none. */
  commit(dataset: string, window: number, runId: string): "done" | "gap";
}

export function openLanes(): Lanes {
  const committed = new Map<string, string[]>();
  const of = (dataset: string): string[] => committed.get(dataset) ?? [];
  return {
    committed,
    next: (dataset) => of(dataset).length,
    commit(dataset, window, runId) {
      const lane = of(dataset);
      if (lane[window] === runId) return "done";
      if (window !== lane.length) return "gap";
      committed.set(dataset, [...lane, runId]);
      return "done";
    },
  };
}

/** Who works on what, until when, and the token that only grows. */
export interface Leases {
  readonly held: ReadonlyMap<string, { readonly holder: string; readonly untilMs: number; readonly token: number }>;
  claim(resource: string, holder: string, nowMs: number): number | undefined;
  /** Of every command and event of its run. */
  renew(resource: string, token: number, nowMs: number): boolean;
  release(resource: string, token: number): void;
}

const leaseMs = 30 * 60_000;

export function openLeases(): Leases {
  const held = new Map<string, { holder: string; untilMs: number; token: number }>();
  const tokens = new Map<string, number>();
  return {
    held,
    claim(resource, holder, nowMs) {
      const lease = held.get(resource);
      if (lease && lease.holder !== holder && lease.untilMs > nowMs) return undefined;
      if (lease?.holder === holder && lease.untilMs > nowMs) return lease.token;
      const token = (tokens.get(resource) ?? 0) + 1;
      tokens.set(resource, token);
      held.set(resource, { holder, untilMs: nowMs + leaseMs, token });
      return token;
    },
    renew(resource, token, nowMs) {
      const lease = held.get(resource);
      if (lease?.token !== token) return false;
      held.set(resource, { ...lease, untilMs: nowMs + leaseMs });
      return true;
    },
    release(resource, token) {
      if (held.get(resource)?.token === token) held.delete(resource);
    },
  };
}
