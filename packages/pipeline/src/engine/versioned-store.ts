/** One small document under a name, changed by whoever read its last version. */
export interface Versioned<T> {
  readonly value: T;
  readonly version: number;
}

/** Breakers and incidents: states that several share. Every implementation passes `versionedStoreContract`. */
export interface VersionedStore<T> {
  /** As of now. */
  read(name: string): Promise<Versioned<T> | undefined>;
  /** False where `before` (0: not there yet) is not its version any more: read and decide again. */
  write(
    name: string,
    change: { readonly value: T; readonly before: number; readonly deadlineAtMs: number | null },
  ): Promise<boolean>;
  /** Names whose deadline has passed, the longest overdue first. May be told late. */
  due(nowMs: number, limit: number): Promise<readonly string[]>;
  list(): AsyncIterable<{ readonly name: string } & Versioned<T>>;
}

/** Calls of a minute, added up by all callers; kept for a day. */
export interface CallCounter {
  add(name: string, call: { readonly minute: number; readonly ok: number; readonly bad: number }): Promise<void>;
  recent(
    name: string,
    range: { readonly fromMinute: number; readonly toMinute: number },
  ): Promise<readonly { readonly minute: number; readonly ok: number; readonly bad: number }[]>;
}
