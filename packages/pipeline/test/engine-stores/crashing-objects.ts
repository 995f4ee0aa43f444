import type { ObjectStore } from "@snowmelt/core/ports";

export class Crash extends Error {}

/** A store whose process dies at its n-th change, before it or after it, and does nothing any more from then on. */
export function crashingObjects(
  objects: ObjectStore,
  { at, when }: { readonly at: number; readonly when: "before" | "after" },
): ObjectStore & { readonly changes: () => number } {
  let changes = 0;
  const alive = (): void => {
    if (changes > at) throw new Crash();
  };
  const change = async <T>(run: () => Promise<T>): Promise<T> => {
    alive();
    const isLast = changes++ === at;
    if (isLast && when === "before") throw new Crash();
    const done = await run();
    if (isLast) throw new Crash();
    return done;
  };
  return {
    uri: objects.uri,
    changes: () => changes,
    async get(...args) {
      alive();
      return objects.get(...args);
    },
    async head(...args) {
      alive();
      return objects.head(...args);
    },
    list(...args) {
      alive();
      return objects.list(...args);
    },
    put: (...args) => change(() => objects.put(...args)),
    putIfAbsent: (...args) => change(() => objects.putIfAbsent(...args)),
    delete: (...args) => change(() => objects.delete(...args)),
  };
}
