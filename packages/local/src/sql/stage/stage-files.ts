/** A file in a stage. Keys are relative to the stage's root and have no leading slash. */
export interface StagedFile {
  readonly key: string;
  readonly bytes: number;
  /** MD5 in hex, or the entity tag of an object store that keeps none. */
  readonly digest: string;
  readonly modified: Date;
}

/** Where a stage keeps its files. */
export interface StageFiles {
  /** Puts a local file under a key, all at once: nobody sees a part of it. It replaces what was there. May be retried. */
  put(key: string, file: string, signal: AbortSignal): Promise<void>;
  /** Every file whose key begins with `prefix`, in the order of keys. */
  list(prefix: string, signal: AbortSignal): Promise<readonly StagedFile[]>;
  /** Removes a file; one that is not there is no error. */
  remove(key: string, signal: AbortSignal): Promise<void>;
  /** The name LIST and REMOVE show. */
  nameOf(key: string): string;
}
