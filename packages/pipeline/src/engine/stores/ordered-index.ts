export interface OrderedEntry {
  readonly at: number;
  /** Of one `at`: by this. No two entries have both alike. */
  readonly tie: string;
}

/** What is sorted as it comes, for asking what is first. In memory. */
export interface OrderedIndex<E extends OrderedEntry> {
  add(entry: E): void;
  /** By its `at` and `tie`. */
  remove(entry: OrderedEntry): void;
  /** The first ones, none of them behind `at`. */
  upTo(at: number, limit: number): readonly E[];
  all(): readonly E[];
}

export function openOrderedIndex<E extends OrderedEntry>(): OrderedIndex<E> {
  const entries: E[] = [];
  return {
    add(entry) {
      entries.splice(placeOf(entries, entry), 0, entry);
    },
    remove(entry) {
      const place = placeOf(entries, entry);
      const found = entries[place];
      if (found?.at === entry.at && found.tie === entry.tie) entries.splice(place, 1);
    },
    upTo(at, limit) {
      let end = 0;
      while (end < limit && end < entries.length && (entries[end]?.at ?? Number.POSITIVE_INFINITY) <= at) end++;
      return entries.slice(0, end);
    },
    all: () => entries.slice(),
  };
}

/** Of the first entry that is not before it. */
function placeOf(entries: readonly OrderedEntry[], { at, tie }: OrderedEntry): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const entry = entries[middle];
    if (entry && (entry.at < at || (entry.at === at && entry.tie < tie))) low = middle + 1;
    else high = middle;
  }
  return low;
}
