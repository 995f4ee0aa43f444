import type { ObjectStore } from "@snowmelt/core/ports";
import { z } from "zod";
import type { VersionedStore } from "../versioned-store.ts";
import { type DocumentLog, openDocumentLog } from "./document-log.ts";
import { openOrderedIndex } from "./ordered-index.ts";

export interface Dated<T> {
  readonly value: T;
  readonly deadlineAtMs: number | null;
}

export const openDatedLog = <T>(objects: ObjectStore, folder: string, schema: z.ZodType<T>): DocumentLog<Dated<T>> =>
  openDocumentLog<Dated<T>>(objects, folder, z.strictObject({ value: schema, deadlineAtMs: z.number().nullable() }));

export function openFileDocuments<T>(log: DocumentLog<Dated<T>>): VersionedStore<T> {
  return {
    async read(name) {
      const found = await log.read(name);
      return found && { value: found.value.value, version: found.version };
    },
    write: (name, { value, before, deadlineAtMs }) => log.write({ name, before, value: { value, deadlineAtMs } }),
    async due(nowMs, limit) {
      const index = openOrderedIndex();
      for await (const { name, value } of log.all()) {
        if (value.deadlineAtMs !== null) index.add({ at: value.deadlineAtMs, tie: name });
      }
      return index.upTo(nowMs, limit).map(({ tie }) => tie);
    },
    async *list() {
      for await (const { name, value, version } of log.all()) yield { name, value: value.value, version };
    },
  };
}
