/** A node between the root and a leaf: the definition level at which it is there, and whether it may be missing. */
export interface LevelStep {
  readonly definition: number;
  /** NULL, or for what repeats, empty. */
  readonly mayBeAbsent: boolean;
}

/** A definition level of the other schema that this one forbids. */
export const forbidden = 255;

/**
 * What each definition level of a leaf is in another schema of the same nodes, of which other ones are nullable. `from`
 * holds the level at which each node is there, the leaf last. Pure.
 */
export function mapLevels(from: readonly number[], to: readonly LevelStep[]): Uint8Array {
  const highest = from.at(-1) ?? 0;
  return Uint8Array.from({ length: highest + 1 }, (_, level) => {
    // Nodes as far down as the level says there is something.
    let depth = 0;
    while (depth < from.length && (from[depth] ?? 0) <= level) depth++;
    const absent = to[depth];
    if (absent && !absent.mayBeAbsent) return forbidden;
    return to[depth - 1]?.definition ?? 0;
  });
}
