import { runSchemaVersion } from "@snowmelt/core/engine";
import type { OutboxItem, RunStore } from "../../engine/run-store.ts";
import { parseItemId } from "../../engine/stores/run-records.ts";
import { batchesOf, dueKeysUpTo } from "./due-keys.ts";
import { type DynamoTable, itemKeyOf } from "./dynamo-table.ts";
import { type Item, number, numberOf, text, textOf } from "./item-body.ts";
import { isSpill, runKeys, runPk } from "./item-keys.ts";
import { toOutboxItem } from "./read-run.ts";
import { commandDue } from "./run-items.ts";
import { unpackSpill } from "./unpack-spill.ts";

export function openDynamoOutbox(table: DynamoTable): Pick<RunStore, "pending" | "take" | "settle"> {
  return {
    pending: async (nowMs, { limit, runId }) => {
      if (limit < 1) return [];
      return runId === undefined ? pendingOfAll(table, nowMs, limit) : pendingOfRun(table, runId, { nowMs, limit });
    },
    async take(item, { nowMs, untilMs }) {
      const taken: OutboxItem = { ...item, attempts: item.attempts + 1, notBeforeMs: untilMs };
      const { duePk, dueSk } = commandDue(item.id, untilMs);
      // Names this taking: one whose answer was lost is known again.
      const takeId = table.random.uuid();
      const written = await table.update(keyOfItem(item), {
        ConditionExpression: "attempts = :attempts AND notBeforeMs <= :now",
        UpdateExpression:
          "SET attempts = :taken, notBeforeMs = :until, duePk = :duePk, dueSk = :dueSk, takeId = :takeId",
        ExpressionAttributeValues: {
          ":attempts": number(item.attempts),
          ":now": number(nowMs),
          ":taken": number(taken.attempts),
          ":until": number(untilMs),
          ":duePk": text(duePk),
          ":dueSk": text(dueSk),
          ":takeId": text(takeId),
        },
        ReturnValues: "NONE",
      });
      return written.ok || (written.old && textOf(written.old, "takeId") === takeId) ? taken : undefined;
    },
    async settle(item) {
      await table.delete(keyOfItem(item));
    },
  };
}

function keyOfItem({ id }: OutboxItem) {
  const { runId, version, index } = parseItemId(id);
  return runKeys.command(runId, version, index);
}

/** The index tells where they are; what they are is read as of now. */
async function pendingOfAll(table: DynamoTable, nowMs: number, limit: number): Promise<OutboxItem[]> {
  const found: OutboxItem[] = [];
  for await (const batch of batchesOf(dueKeysUpTo(table, "CMD", nowMs, Math.min(limit, 100)), Math.min(limit, 100))) {
    const keys = batch.map(itemKeyOf);
    const spills = keys.filter(({ sk }) => isSpill(sk));
    if (spills.length > 0) {
      for (const spill of spills) await unpackSpill(table, spill);
      return pendingOfAll(table, nowMs, limit);
    }
    const items = new Map((await table.getAll(keys)).map((item) => [nameOf(item), item]));
    for (const key of keys) {
      const item = items.get(`${key.pk} ${key.sk}`);
      if (item && isPending(item, nowMs)) found.push(toOutboxItem(item));
      if (found.length === limit) return found;
    }
  }
  return found;
}

async function pendingOfRun(
  table: DynamoTable,
  runId: string,
  { nowMs, limit }: { readonly nowMs: number; readonly limit: number },
): Promise<OutboxItem[]> {
  const found: OutboxItem[] = [];
  const query = table.query({
    ConsistentRead: true,
    KeyConditionExpression: "pk = :pk AND begins_with(sk, :sk)",
    ExpressionAttributeValues: { ":pk": text(runPk(runId)), ":sk": text("CMD#") },
  });
  for await (const item of query) {
    const key = itemKeyOf(item);
    if (isSpill(key.sk)) {
      await unpackSpill(table, key);
      return pendingOfRun(table, runId, { nowMs, limit });
    }
    if (isPending(item, nowMs)) found.push(toOutboxItem(item));
  }
  // Stable: of one time they stay in the order of their versions.
  return found.sort((a, b) => a.notBeforeMs - b.notBeforeMs).slice(0, limit);
}

const nameOf = (item: Item): string => `${textOf(item, "pk")} ${textOf(item, "sk")}`;

const isPending = (item: Item, nowMs: number): boolean =>
  (numberOf(item, "notBeforeMs") ?? 0) <= nowMs && (numberOf(item, "schemaVersion") ?? 0) <= runSchemaVersion;
