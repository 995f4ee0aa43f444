import { callMinutes } from "../../engine/stores/memory-calls.ts";
import type { CallCounter } from "../../engine/versioned-store.ts";
import type { DynamoTable } from "./dynamo-table.ts";
import { number, numberOf, text, textOf } from "./item-body.ts";
import { sortable } from "./item-keys.ts";

/** Longer than they are told of, as the clock of a caller may be late. */
const keptMs = 2 * callMinutes * 60_000;

/** One item a minute. An addition whose answer was lost may count twice: a breaker takes shares of many. */
export function openDynamoCalls(table: DynamoTable): CallCounter {
  const pk = (name: string): string => `CALLS#${name}`;
  return {
    async add(name, { minute, ok, bad }) {
      await table.update(
        { pk: pk(name), sk: sortable(minute) },
        {
          UpdateExpression: "SET #minute = :minute, expiresAt = :expires ADD good :ok, bad :bad",
          ExpressionAttributeNames: { "#minute": "minute" },
          ExpressionAttributeValues: {
            ":minute": number(minute),
            ":expires": number(Math.ceil((table.clock.nowMs() + keptMs) / 1000)),
            ":ok": number(ok),
            ":bad": number(bad),
          },
          ReturnValues: "NONE",
        },
      );
    },
    async recent(name, { fromMinute, toMinute }) {
      const from = Math.max(fromMinute, toMinute - callMinutes, 0);
      if (toMinute < from) return [];
      const found: { minute: number; ok: number; bad: number }[] = [];
      const query = table.query({
        ConsistentRead: true,
        KeyConditionExpression: "pk = :pk AND sk BETWEEN :from AND :to",
        ExpressionAttributeValues: {
          ":pk": text(pk(name)),
          ":from": text(sortable(from)),
          ":to": text(sortable(toMinute)),
        },
      });
      for await (const item of query) {
        found.push({
          minute: Number(textOf(item, "sk")),
          ok: numberOf(item, "good") ?? 0,
          bad: numberOf(item, "bad") ?? 0,
        });
      }
      return found;
    },
  };
}
