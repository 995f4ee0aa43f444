import type { TransactWriteItem } from "@aws-sdk/client-dynamodb";
import { freshItem } from "../../engine/stores/run-records.ts";
import { parse, StoredCommands } from "../../engine/stores/stored-run.ts";
import { type DynamoTable, itemKeyOf, keyOf } from "./dynamo-table.ts";
import { bodyOf, type Item, number, numberOf } from "./item-body.ts";
import { type ItemKey, runIdOf } from "./item-keys.ts";
import { commandItem } from "./run-items.ts";

/** Beside the spill itself. */
const commandsAtATime = 99;
const bytesAtATime = 2_000_000;

/**
 * Gives each of the packed commands an item of its own, some in each transaction with the place that it got to: each comes to be once,
 * whoever unpacks and whoever dies of them. The pack goes with the last. Safe to repeat.
 */
export async function unpackSpill(table: DynamoTable, key: ItemKey): Promise<void> {
  for (;;) {
    const spill = await table.get(key);
    if (!spill) return;
    // Where another was faster, what is there now says how far it is.
    await table.transact(planUnpacking(spill));
  }
}

/** The next transaction of a spill. Pure. */
export function planUnpacking(spill: Item): TransactWriteItem[] {
  const key = itemKeyOf(spill);
  const commands = parse(StoredCommands, bodyOf(spill), `The item ${key.pk} ${key.sk}`);
  const version = numberOf(spill, "version") ?? 0;
  const first = numberOf(spill, "first") ?? 0;
  const next = numberOf(spill, "next") ?? 0;
  let end = next;
  for (let bytes = 0; end < commands.length && end - next < commandsAtATime; end++) {
    bytes += Buffer.byteLength(JSON.stringify(commands[end]));
    if (bytes > bytesAtATime && end > next) break;
  }
  const guard = {
    TableName: undefined,
    Key: keyOf(key),
    ConditionExpression: "#next = :next",
    ExpressionAttributeNames: { "#next": "next" },
  };
  return [
    end === commands.length
      ? { Delete: { ...guard, ExpressionAttributeValues: { ":next": number(next) } } }
      : {
          Update: {
            ...guard,
            UpdateExpression: "SET #next = :end",
            ExpressionAttributeValues: { ":next": number(next), ":end": number(end) },
          },
        },
    ...commands.slice(next, end).map((command, index) => ({
      Put: {
        TableName: undefined,
        Item: commandItem(freshItem(runIdOf(key.pk), version, first + next + index, command)),
      },
    })),
  ];
}
