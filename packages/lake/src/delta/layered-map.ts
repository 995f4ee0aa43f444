/** What a layered map stands on: a Map, or rows of a checkpoint that become values when they are asked for. */
export interface KeyedValues<V> {
  readonly size: number;
  has(key: string): boolean;
  get(key: string): V | undefined;
  keys(): Iterable<string>;
  entries(): Iterable<readonly [string, V]>;
}

/** Changes above this part of a map are worth one whole copy of it. */
const largestChange = 1 / 4;
const smallestCopied = 1024;

/**
 * An immutable map from text that shares what a change leaves alone: a new version costs what was changed of late, not
 * what there is. Iterates what it stands on first, then what was changed.
 */
export class LayeredMap<V extends object | number> implements ReadonlyMap<string, V> {
  readonly #base: KeyedValues<V>;
  readonly #changes: ReadonlyMap<string, V | undefined>;
  #size: number | undefined;

  constructor(base: KeyedValues<V> = new Map<string, V>(), changes: ReadonlyMap<string, V | undefined> = new Map()) {
    this.#base = base;
    this.#changes = changes;
  }

  /** What was there before the changes. */
  get base(): KeyedValues<V> {
    return this.#base;
  }

  /** By key, upon the base; undefined: taken out. */
  get changes(): ReadonlyMap<string, V | undefined> {
    return this.#changes;
  }

  get size(): number {
    if (this.#size === undefined) {
      let size = this.#base.size - this.#countReplaced();
      for (const value of this.#changes.values()) if (value !== undefined) size++;
      this.#size = size;
    }
    return this.#size;
  }

  /** Keys of the base that were changed. A look at each is cheaper than the index that rows need for a look-up. */
  #countReplaced(): number {
    let count = 0;
    if (this.#base instanceof Map) {
      for (const key of this.#changes.keys()) if (this.#base.has(key)) count++;
    } else if (this.#changes.size > 0) {
      for (const key of this.#base.keys()) if (this.#changes.has(key)) count++;
    }
    return count;
  }

  has(key: string): boolean {
    return this.#changes.has(key) ? this.#changes.get(key) !== undefined : this.#base.has(key);
  }

  get(key: string): V | undefined {
    return this.#changes.has(key) ? this.#changes.get(key) : this.#base.get(key);
  }

  *keys(): Generator<string, undefined> {
    for (const key of this.#base.keys()) if (!this.#changes.has(key)) yield key;
    for (const [key, value] of this.#changes) if (value !== undefined) yield key;
  }

  *entries(): Generator<[string, V], undefined> {
    for (const [key, value] of this.#base.entries()) if (!this.#changes.has(key)) yield [key, value];
    for (const [key, value] of this.#changes) if (value !== undefined) yield [key, value];
  }

  *values(): Generator<V, undefined> {
    for (const [, value] of this.entries()) yield value;
  }

  [Symbol.iterator](): Generator<[string, V], undefined> {
    return this.entries();
  }

  forEach(visit: (value: V, key: string, map: ReadonlyMap<string, V>) => void): void {
    for (const [key, value] of this) visit(value, key, this);
  }

  /** This map with the changes made; undefined takes a key out. This one stays as it is; `changes` is handed over. */
  with(changes: Map<string, V | undefined>): LayeredMap<V> {
    if (changes.size === 0) return this;
    if (this.#base.size === 0 && this.#changes.size === 0) return new LayeredMap(withoutGone(changes));
    const merged = new Map(this.#changes);
    for (const [key, value] of changes) {
      merged.delete(key);
      merged.set(key, value);
    }
    const layered = new LayeredMap(this.#base, merged);
    const isSmall = merged.size <= Math.max(smallestCopied, this.#base.size * largestChange);
    return isSmall ? layered : new LayeredMap(new Map(layered.entries()));
  }
}

function withoutGone<V>(changes: Map<string, V | undefined>): Map<string, V> {
  const gone: string[] = [];
  for (const [key, value] of changes) if (value === undefined) gone.push(key);
  for (const key of gone) changes.delete(key);
  // Nothing undefined is left in it.
  return changes as Map<string, V>;
}
