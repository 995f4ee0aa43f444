import type { DynamoTable } from "./dynamo-table.ts";
import { type Item, textOf } from "./item-body.ts";
import { type DueKind, partitionsOf, sortable } from "./item-keys.ts";
import { dueIndex, listedIndex } from "./plan-engine-table.ts";

/** Keys of what is due by then, the longest overdue first, over all partitions of the index. As the index has it: a little late. */
export function dueKeysUpTo(table: DynamoTable, kind: DueKind, atMs: number, pageSize: number): AsyncIterable<Item> {
  return merged(
    "dueSk",
    partitionsOf(kind).map((partition) =>
      table.query({
        IndexName: dueIndex,
        KeyConditionExpression: "duePk = :pk AND dueSk < :upper",
        ExpressionAttributeValues: { ":pk": { S: partition }, ":upper": { S: sortable(atMs + 1) } },
        Limit: pageSize,
      }),
    ),
  );
}

export function listedKeys(
  table: DynamoTable,
  kind: "RUN" | "INC" | "CB" | "CH" | "TRY",
  pageSize: number,
): AsyncIterable<Item> {
  return merged(
    "listSk",
    partitionsOf(kind).map((partition) =>
      table.query({
        IndexName: listedIndex,
        KeyConditionExpression: "listPk = :pk",
        ExpressionAttributeValues: { ":pk": { S: partition } },
        Limit: pageSize,
      }),
    ),
  );
}

async function* merged(by: string, sources: readonly AsyncIterable<Item>[]): AsyncGenerator<Item> {
  const iterators = sources.map((source) => source[Symbol.asyncIterator]());
  const heads = await Promise.all(iterators.map((iterator) => iterator.next()));
  for (;;) {
    let first: number | undefined;
    let least = "";
    for (const [index, head] of heads.entries()) {
      const at = head.done ? undefined : textOf(head.value, by);
      if (at !== undefined && (first === undefined || at < least)) {
        first = index;
        least = at;
      }
    }
    const head = first === undefined ? undefined : heads[first];
    const iterator = first === undefined ? undefined : iterators[first];
    if (first === undefined || !iterator || !head || head.done) return;
    yield head.value;
    heads[first] = await iterator.next();
  }
}

/** Up to `size` at a time. */
export async function* batchesOf<T>(items: AsyncIterable<T>, size: number): AsyncGenerator<T[]> {
  let batch: T[] = [];
  for await (const item of items) {
    batch.push(item);
    if (batch.length < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
