import type { VersionedStore } from "../versioned-store.ts";
import { freezeWhole } from "./freeze-whole.ts";
import { openOrderedIndex } from "./ordered-index.ts";
import type { DocumentRecord } from "./store-archive.ts";

export interface MemoryDocuments<T> {
  readonly documents: VersionedStore<T>;
  records(): readonly DocumentRecord<T>[];
  put(document: DocumentRecord<T>): boolean;
}

/** What is stored is frozen, and handed out as it is. */
export function openMemoryDocuments<T>(): MemoryDocuments<T> {
  const held = new Map<string, DocumentRecord<T>>();
  const due = openOrderedIndex();
  const frozen = new WeakSet<object>();
  const put = (document: DocumentRecord<T>): void => {
    const { name, value, deadlineAtMs } = document;
    const before = held.get(name);
    if (before && before.deadlineAtMs !== null) due.remove({ at: before.deadlineAtMs, tie: name });
    held.set(name, { ...document, value: freezeWhole(value, frozen) });
    if (deadlineAtMs !== null) due.add({ at: deadlineAtMs, tie: name });
  };
  return {
    documents: {
      async read(name) {
        const found = held.get(name);
        return found && { value: found.value, version: found.version };
      },
      async write(name, { value, before, deadlineAtMs }) {
        if ((held.get(name)?.version ?? 0) !== before) return false;
        put({ name, value, version: before + 1, deadlineAtMs });
        return true;
      },
      due: async (nowMs, limit) => due.upTo(nowMs, limit).map(({ tie }) => tie),
      async *list() {
        for (const { name, value, version } of [...held.values()]) yield { name, value, version };
      },
    },
    records: () => [...held.values()],
    put(document) {
      if (held.has(document.name)) return false;
      put(document);
      return true;
    },
  };
}
