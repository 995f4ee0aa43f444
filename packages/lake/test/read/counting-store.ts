import type { ObjectStore } from "@snowmelt/core/ports";

/** What was fetched from a store. */
export interface Fetched {
  readonly store: ObjectStore;
  /** Of data files, in order. */
  readonly gets: { readonly key: string; readonly bytes: number }[];
  readonly heads: string[];
}

/** A store that counts what is fetched of data files. */
export function countingStore(inner: ObjectStore): Fetched {
  const gets: { key: string; bytes: number }[] = [];
  const heads: string[] = [];
  return {
    gets,
    heads,
    store: {
      ...inner,
      async get(key, options) {
        const bytes = await inner.get(key, options);
        if (!key.includes("_delta_log")) gets.push({ key, bytes: bytes?.byteLength ?? 0 });
        return bytes;
      },
      async head(key, options) {
        heads.push(key);
        return inner.head(key, options);
      },
    },
  };
}
