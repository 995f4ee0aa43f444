import { setTimeout as delay } from "node:timers/promises";
import type { ObjectVersions } from "./object-versions.ts";
import type { SweepUploads, SweptUploads } from "./unfinished-uploads.ts";

export interface ObjectMeta {
  /** Path below the store's root, `/`-separated, no leading slash. */
  readonly key: string;
  readonly sizeBytes: number;
  /** By the store's clock; of what a put returns, by that or by the caller's. */
  readonly modifiedAtMs: number;
  /** Another for each content written. Stores with `putIfMatch` always give it. */
  readonly etag?: string;
}

export type ObjectBody = Uint8Array | AsyncIterable<Uint8Array>;

export type PutIfAbsentResult =
  | { readonly status: "created"; readonly meta: ObjectMeta }
  | { readonly status: "exists" };

export type PutIfMatchResult =
  | { readonly status: "replaced"; readonly meta: ObjectMeta }
  | { readonly status: "changed" };

/**
 * Where bytes live. An object becomes visible whole or not at all, under any failure, including a kill of the process.
 * Every operation takes a signal; an abort throws and leaves no visible object behind.
 */
export interface ObjectStore {
  /** The root, such as `file:///data/lake` or `memory://lake`. Shown to people and written to manifests. */
  readonly uri: string;
  /** The object's bytes, or undefined when there is none. `range` is half-open in bytes; beyond the end it is cut. May be retried. */
  get(
    key: string,
    options?: { range?: { start: number; end: number }; signal?: AbortSignal },
  ): Promise<Uint8Array | undefined>;
  /** Undefined when there is none. May be retried. */
  head(key: string, options?: { signal?: AbortSignal }): Promise<ObjectMeta | undefined>;
  /** Creates or replaces. May be retried. */
  put(key: string, body: ObjectBody, options?: { signal?: AbortSignal }): Promise<ObjectMeta>;
  /**
   * Creates, or says `exists` and changes nothing. Exactly one of any number of concurrent callers creates. `exists` is
   * never said of what this very call created, however often the store tried within. When it throws anything but the
   * body's own failure or an abort, the object may be there or may still come to be there: the caller must look at what
   * is there before it repeats.
   */
  putIfAbsent(key: string, body: ObjectBody, options?: { signal?: AbortSignal }): Promise<PutIfAbsentResult>;
  /**
   * Replaces the object only while its etag is the given one; `changed` when it is another by now, or gone. Only some
   * stores can (memory, S3). A reader that means to replace what it read looks up the etag first and reads then: what it
   * reads is of that etag or newer, and for newer the put says `changed`. After a throw, as for putIfAbsent.
   */
  readonly putIfMatch?: (
    key: string,
    body: ObjectBody,
    options: { etag: string; signal?: AbortSignal },
  ) => Promise<PutIfMatchResult>;
  /** Every object whose key starts with `prefix`, by ascending key (UTF-8 bytes), `startAfter` excluded. Never a partial listing: a failure throws. */
  list(prefix: string, options?: { startAfter?: string; signal?: AbortSignal }): AsyncIterable<ObjectMeta>;
  /** Absent is success. May be retried. */
  delete(key: string, options?: { signal?: AbortSignal }): Promise<void>;
  /** What is still held of objects that were replaced or deleted. Absent where a store keeps nothing of them. */
  readonly versions?: ObjectVersions;
  /**
   * Ends uploads that killed processes began and nobody finishes: no object shows them, and their bytes cost as objects
   * do. Absent where a store leaves none. May be repeated.
   */
  readonly sweepUploads?: (sweep?: SweepUploads) => Promise<SweptUploads>;
}

/** An object store in memory, honouring the whole contract. For tests and notebooks. */
export function memoryObjectStore(uri = "memory://lake", now: () => number = Date.now): ObjectStore {
  const objects = new Map<string, HeldObject>();
  let writes = 0;
  const metaOf = (key: string, { bytes, modifiedAtMs, etag }: HeldObject): ObjectMeta => ({
    key,
    sizeBytes: bytes.byteLength,
    modifiedAtMs,
    etag,
  });
  const store = (key: string, bytes: Uint8Array): ObjectMeta => {
    const held = { bytes, modifiedAtMs: now(), etag: `"${++writes}"` };
    objects.set(key, held);
    return metaOf(key, held);
  };
  return {
    uri,
    async get(key, { range, signal } = {}) {
      signal?.throwIfAborted();
      const held = objects.get(key);
      return held && (range ? held.bytes.slice(range.start, range.end) : held.bytes.slice());
    },
    async head(key, { signal } = {}) {
      signal?.throwIfAborted();
      const held = objects.get(key);
      return held && metaOf(key, held);
    },
    async put(key, body, { signal } = {}) {
      const bytes = await collect(body, signal);
      return store(key, bytes);
    },
    async putIfAbsent(key, body, { signal } = {}) {
      if (objects.has(key)) return { status: "exists" };
      const bytes = await collect(body, signal);
      return objects.has(key) ? { status: "exists" } : { status: "created", meta: store(key, bytes) };
    },
    async putIfMatch(key, body, { etag, signal }) {
      const bytes = await collect(body, signal);
      if (objects.get(key)?.etag !== etag) return { status: "changed" };
      return { status: "replaced", meta: store(key, bytes) };
    },
    async *list(prefix, { startAfter, signal } = {}) {
      const keys = [...objects.keys()].filter((key) => key.startsWith(prefix));
      keys.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
      for (const key of keys) {
        signal?.throwIfAborted();
        const held = objects.get(key);
        if (held && (startAfter === undefined || Buffer.compare(Buffer.from(key), Buffer.from(startAfter)) > 0)) {
          yield metaOf(key, held);
        }
      }
    },
    async delete(key, { signal } = {}) {
      signal?.throwIfAborted();
      objects.delete(key);
    },
  };
}

interface HeldObject {
  readonly bytes: Uint8Array;
  readonly modifiedAtMs: number;
  readonly etag: string;
}

async function collect(body: ObjectBody, signal?: AbortSignal): Promise<Uint8Array> {
  signal?.throwIfAborted();
  if (body instanceof Uint8Array) return body.slice();
  const parts: Uint8Array[] = [];
  for await (const part of body) {
    signal?.throwIfAborted();
    parts.push(part.slice());
  }
  await delay(0);
  return Buffer.concat(parts);
}
