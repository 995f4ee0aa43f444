export interface SweepUploads {
  /** Younger ones may be at work. @default 86_400_000 (one day) */
  readonly olderThanMs?: number;
  /** Below the store's own. @default "" */
  readonly prefix?: string;
  readonly signal?: AbortSignal;
}

export interface SweptUploads {
  readonly aborted: number;
  /** Younger than asked for. */
  readonly kept: number;
}
