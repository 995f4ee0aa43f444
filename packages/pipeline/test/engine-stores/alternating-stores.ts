import type { EngineStores } from "@snowmelt/pipeline/engine";

/** Stores each call of which goes to another of several that are opened on the same place: as several processes do. */
export function alternatingStores(all: readonly EngineStores[]): EngineStores {
  let calls = 0;
  const turn = <K extends keyof EngineStores>(part: K): EngineStores[K] => {
    const [first] = all;
    if (!first) throw new RangeError("no stores");
    return new Proxy(first[part], {
      get: (_, name) => Reflect.get((all[calls++ % all.length] ?? first)[part], name),
    });
  };
  return {
    runs: turn("runs"),
    leases: turn("leases"),
    incidents: turn("incidents"),
    breakers: turn("breakers"),
    calls: turn("calls"),
  };
}
