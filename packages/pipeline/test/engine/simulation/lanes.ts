/** The tables' logs, as far as the engine has to do with them: windows one after the other, and by whom. */
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
