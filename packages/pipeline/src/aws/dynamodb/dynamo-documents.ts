import type { z } from "zod";
import type { DocumentRecord } from "../../engine/stores/store-archive.ts";
import { parse } from "../../engine/stores/stored-run.ts";
import type { VersionedStore } from "../../engine/versioned-store.ts";
import { batchesOf, dueKeysUpTo, listedKeys } from "./due-keys.ts";
import { type DynamoTable, itemKeyOf, keyOf } from "./dynamo-table.ts";
import { bodyOf, type Item, number, numberOf, text, textOf, toBody } from "./item-body.ts";
import { dueKeys, type ItemKey, nameListKeys } from "./item-keys.ts";
import { indexText } from "./run-items.ts";

/** Incidents, breakers, what senders to alert channels share, and when these were tried. */
export interface DocumentKind<T> {
  readonly prefix: "INC" | "CB" | "CH" | "TRY";
  readonly schema: z.ZodType<T>;
}

const called = { INC: "Incident", CB: "Breaker", CH: "Channel", TRY: "Test of channel" } as const;

export function openDynamoDocuments<T>(table: DynamoTable, kind: DocumentKind<T>): VersionedStore<T> {
  return {
    async read(name) {
      const item = await table.get(documentKey(kind, name));
      return item && versionedOf(kind, item);
    },
    async write(name, { value, before, deadlineAtMs }) {
      // Names this writing: one whose answer was lost is known again.
      const writeId = table.random.uuid();
      const Item = {
        ...documentItem(kind, { name, value, version: before + 1, deadlineAtMs }),
        writeId: text(writeId),
      };
      const written = await table.put({
        Item,
        ...(before === 0
          ? { ConditionExpression: "attribute_not_exists(pk)" }
          : {
              ConditionExpression: "#version = :before",
              ExpressionAttributeNames: { "#version": "version" },
              ExpressionAttributeValues: { ":before": number(before) },
            }),
      });
      return written.ok || (written.old !== undefined && textOf(written.old, "writeId") === writeId);
    },
    async due(nowMs, limit) {
      const found: string[] = [];
      if (limit < 1) return found;
      for await (const item of dueKeysUpTo(table, kind.prefix, nowMs, limit)) {
        found.push(itemKeyOf(item).pk.slice(kind.prefix.length + 1));
        if (found.length === limit) break;
      }
      return found;
    },
    async *list() {
      for await (const { deadlineAtMs: _, ...document } of documentsOf(table, kind)) yield document;
    },
  };
}

/** All of a kind, each as of now. */
export async function* documentsOf<T>(table: DynamoTable, kind: DocumentKind<T>): AsyncGenerator<DocumentRecord<T>> {
  for await (const batch of batchesOf(listedKeys(table, kind.prefix, 100), 100)) {
    for (const item of await table.getAll(batch.map(itemKeyOf))) {
      const name = itemKeyOf(item).pk.slice(kind.prefix.length + 1);
      yield { name, ...versionedOf(kind, item), deadlineAtMs: numberOf(item, "deadlineAtMs") ?? null };
    }
  }
}

export function documentItem<T>(
  { prefix }: DocumentKind<T>,
  { name, value, version, deadlineAtMs }: DocumentRecord<T>,
): Item {
  return {
    ...keyOf({ pk: `${prefix}#${name}`, sk: "STATE" }),
    ...indexText(nameListKeys(prefix, name)),
    ...(deadlineAtMs === null
      ? {}
      : { ...indexText(dueKeys(prefix, deadlineAtMs, name)), deadlineAtMs: number(deadlineAtMs) }),
    version: number(version),
    body: toBody(value, `${called[prefix]} ${name}`),
  };
}

const documentKey = <T>({ prefix }: DocumentKind<T>, name: string): ItemKey => ({
  pk: `${prefix}#${name}`,
  sk: "STATE",
});

const versionedOf = <T>({ schema }: DocumentKind<T>, item: Item): { value: T; version: number } => ({
  value: parse(schema, bodyOf(item), `The item ${itemKeyOf(item).pk}`),
  version: numberOf(item, "version") ?? 0,
});
