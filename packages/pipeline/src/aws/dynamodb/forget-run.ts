import { runSchemaVersion } from "@snowmelt/core/engine";
import { batchesOf } from "./due-keys.ts";
import { type DynamoTable, itemKeyOf, keyOf } from "./dynamo-table.ts";
import { number, numberOf, text } from "./item-body.ts";
import { runKeys, runPk } from "./item-keys.ts";
import { forgottenVersion } from "./read-run.ts";

/**
 * Removes an ended run: first it is marked, under the version that was looked at, and is no run for anybody from then on; its state's
 * item, by which a call that comes after a crash finds it again, goes last. False where it is not one that ended before.
 */
export async function forgetRun(table: DynamoTable, runId: string, endedBeforeMs: number): Promise<boolean> {
  const marked = await table.update(runKeys.state(runId), {
    ConditionExpression: "endedAtMs < :before AND schemaVersion <= :schemaVersion",
    UpdateExpression: "SET #version = :forgotten",
    ExpressionAttributeNames: { "#version": "version" },
    ExpressionAttributeValues: {
      ":before": number(endedBeforeMs),
      ":schemaVersion": number(runSchemaVersion),
      ":forgotten": number(forgottenVersion),
    },
  });
  if (!marked.ok) return false;
  await wipeForgotten(table, runId);
  return true;
}

/** Removes all of a run that is marked. Safe to repeat. */
export async function wipeForgotten(table: DynamoTable, runId: string): Promise<void> {
  const state = runKeys.state(runId);
  const marked = await table.get(state);
  if (!marked || numberOf(marked, "version") !== forgottenVersion) return;
  const query = table.query({
    ConsistentRead: true,
    KeyConditionExpression: "pk = :pk",
    ExpressionAttributeValues: { ":pk": text(runPk(runId)) },
    ProjectionExpression: "pk, sk",
  });
  for await (const batch of batchesOf(query, 100)) {
    const keys = batch.map(itemKeyOf).filter(({ sk }) => sk !== state.sk);
    await table.writeAll(keys.map((key) => ({ DeleteRequest: { Key: keyOf(key) } })));
  }
  await table.delete(state, {
    ConditionExpression: "#version = :forgotten",
    ExpressionAttributeNames: { "#version": "version" },
    ExpressionAttributeValues: { ":forgotten": number(forgottenVersion) },
  });
}
