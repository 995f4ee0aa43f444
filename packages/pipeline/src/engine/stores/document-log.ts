import type { ObjectStore } from "@snowmelt/core/ports";
import { z } from "zod";
import { fromBytes, padded, toBytes, toKeyPart } from "./file-names.ts";
import { parse } from "./stored-run.ts";

export interface LoggedDocument<T> {
  readonly name: string;
  readonly version: number;
  readonly value: T;
}

/**
 * Small documents on a store that can put if absent and no more: each version is an object, and whoever puts the next one has changed
 * the document. Of each the last few versions stay.
 */
export interface DocumentLog<T> {
  read(name: string): Promise<LoggedDocument<T> | undefined>;
  /** False where `before` (0: not there yet) is not its version any more. */
  write(document: { readonly name: string; readonly before: number; readonly value: T }): Promise<boolean>;
  /** Puts one that is not there, at any version; false where it is there. */
  place(document: LoggedDocument<T>): Promise<boolean>;
  all(): AsyncIterable<LoggedDocument<T>>;
}

/** A writer that read a version older than these is told so by those that are there. */
const keptVersions = 4;

export function openDocumentLog<T>(objects: ObjectStore, folder: string, schema: z.ZodType<T>): DocumentLog<T> {
  const Stored = z.strictObject({ name: z.string(), value: schema });
  const prefixOf = (name: string): string => `${folder}/${toKeyPart(name)}/`;
  const keyOf = (prefix: string, version: number): string => `${prefix}${padded(version, 12)}.json`;
  const latest = async (prefix: string): Promise<number> => {
    let last = 0;
    for await (const { key } of objects.list(prefix)) last = versionOf(key);
    return last;
  };
  const readAt = async (prefix: string): Promise<LoggedDocument<T> | undefined> => {
    for (;;) {
      const version = await latest(prefix);
      if (version === 0) return undefined;
      const key = keyOf(prefix, version);
      const bytes = await objects.get(key);
      // Others have written so much since that it is not kept any more.
      if (!bytes) continue;
      return { version, ...parse(Stored, fromBytes(bytes), `${objects.uri}/${key}`) };
    }
  };
  const put = async ({ name, version, value }: LoggedDocument<T>): Promise<boolean> => {
    const prefix = prefixOf(name);
    const key = keyOf(prefix, version);
    if ((await objects.putIfAbsent(key, toBytes({ name, value }))).status === "exists") return false;
    // The place was free because its version is not kept any more: the document has moved on.
    if ((await latest(prefix)) >= version + keptVersions) {
      await objects.delete(key);
      return false;
    }
    if (version > keptVersions) await objects.delete(keyOf(prefix, version - keptVersions));
    return true;
  };
  return {
    read: (name) => readAt(prefixOf(name)),
    async write({ name, before, value }) {
      if ((await latest(prefixOf(name))) !== before) return false;
      return put({ name, version: before + 1, value });
    },
    place: async (document) => (await latest(prefixOf(document.name))) === 0 && put(document),
    async *all() {
      const prefixes = new Set<string>();
      for await (const { key } of objects.list(`${folder}/`)) prefixes.add(key.slice(0, key.lastIndexOf("/") + 1));
      for (const prefix of prefixes) {
        const document = await readAt(prefix);
        if (document) yield document;
      }
    },
  };
}

const versionOf = (key: string): number => Number(key.slice(key.lastIndexOf("/") + 1, -".json".length));
