import type { StoredVersion } from "./catalog/store.ts";

/** The committed versions, in order; rows name the version that made or closed them. */
export interface Versions {
  next(): number;
  add(versions: readonly StoredVersion[]): void;
  /** The last version committed at or before a moment; 0 before the first. */
  at(micros: bigint): number;
  ofStatement(queryId: string): readonly StoredVersion[];
  lastOfTable(tableId: number): StoredVersion | null;
  stampOf(version: number): bigint | null;
  latestStamp(): bigint;
}

export function openVersions(stored: readonly StoredVersion[]): Versions {
  const list = [...stored];
  const byStatement = new Map<string, StoredVersion[]>();
  const byTable = new Map<number, StoredVersion>();
  let last = list.at(-1)?.version ?? 0;
  const index = (version: StoredVersion) => {
    byStatement.set(version.queryId, [...(byStatement.get(version.queryId) ?? []), version]);
    for (const table of version.tables) byTable.set(table, version);
  };
  list.forEach(index);
  return {
    next: () => {
      last += 1;
      return last;
    },
    add: (versions) => {
      for (const version of versions) {
        list.push(version);
        index(version);
      }
    },
    at: (micros) => list[lastIndex(list, (one) => one.stampMicros <= micros)]?.version ?? 0,
    ofStatement: (queryId) => byStatement.get(queryId) ?? [],
    lastOfTable: (tableId) => byTable.get(tableId) ?? null,
    stampOf: (version) => {
      const found = list[lastIndex(list, (one) => one.version <= version)];
      return found?.version === version ? found.stampMicros : null;
    },
    latestStamp: () => list.at(-1)?.stampMicros ?? 0n,
  };
}

/** The last index of an ordered list for which the test holds, or -1. */
function lastIndex(list: readonly StoredVersion[], holds: (version: StoredVersion) => boolean): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const one = list[middle];
    if (one !== undefined && holds(one)) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
