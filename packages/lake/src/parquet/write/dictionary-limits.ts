export interface DictionaryLimits {
  /** @default 65536 */
  readonly maxEntries: number;
  /** PLAIN bytes of all entries. @default 1 MiB */
  readonly maxBytes: number;
  /** Above this share of distinct values, once `probationValues` were seen, the dictionary is full. @default 0.6 */
  readonly maxDistinctShare: number;
  /** @default 8192 */
  readonly probationValues: number;
}

export const defaultDictionaryLimits: DictionaryLimits = {
  maxEntries: 65_536,
  maxBytes: 1 << 20,
  maxDistinctShare: 0.6,
  probationValues: 8192,
};

/** Longest walk through the hash table before the dictionary counts as full: values made to collide cost no more. */
export const maxProbes = 256;

/** Whether one more entry of `entryBytes` breaks a limit, after `seen` values. */
export function isFull(
  limits: DictionaryLimits,
  held: { readonly count: number; readonly byteLength: number; readonly seen: number; readonly entryBytes: number },
): boolean {
  return (
    held.count >= limits.maxEntries ||
    held.byteLength + held.entryBytes > limits.maxBytes ||
    (held.seen >= limits.probationValues && held.count + 1 > held.seen * limits.maxDistinctShare)
  );
}
