/** One of the versions that a store keeps of an object, or the mark that it was deleted. */
export interface ObjectVersion {
  /** Path below the store's root. */
  readonly key: string;
  readonly versionId: string;
  /** Whether it is what `get` sees; of a marker: whether the object is deleted now. */
  readonly isLatest: boolean;
  readonly isDeleteMarker: boolean;
  readonly sizeBytes: number;
  readonly modifiedAtMs: number;
}

/** What a store still holds of objects that were replaced or deleted. Who must prove data gone asks here. */
export interface ObjectVersions {
  /** Every version and marker of every object whose key starts with `prefix`. Never partial: a failure throws. */
  list(prefix: string, options?: { signal?: AbortSignal }): AsyncIterable<ObjectVersion>;
  /** The bytes of a version, or undefined when it is gone. Only some stores can. May be retried. */
  readonly get?: (
    key: string,
    versionId: string,
    options?: { signal?: AbortSignal },
  ) => Promise<Uint8Array | undefined>;
  /** For good. Absent is success. May be retried. */
  delete(key: string, versionId: string, options?: { signal?: AbortSignal }): Promise<void>;
}
