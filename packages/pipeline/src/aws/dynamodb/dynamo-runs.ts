import { isSnowmeltError } from "@snowmelt/core/errors";
import type { RunChange, RunChangeOutcome, RunStore } from "../../engine/run-store.ts";
import { matches } from "../../engine/stores/run-records.ts";
import { checkSchemaVersion, parseAuditEntry } from "../../engine/stores/stored-run.ts";
import { batchesOf, dueKeysUpTo, listedKeys } from "./due-keys.ts";
import { openDynamoOutbox } from "./dynamo-outbox.ts";
import { type DynamoTable, itemKeyOf } from "./dynamo-table.ts";
import { forgetRun, wipeForgotten } from "./forget-run.ts";
import { bodyOf, numberOf, text, textOf } from "./item-body.ts";
import { runIdOf, runKeys, runPk } from "./item-keys.ts";
import { planCommit, toTransactItems } from "./plan-commit.ts";
import { forgottenVersion, readRun } from "./read-run.ts";
import { unpackSpill } from "./unpack-spill.ts";

/** Runs of a page of the list, read at a time. */
const listedAtATime = 20;

export function openDynamoRuns(table: DynamoTable): RunStore {
  return {
    ...openDynamoOutbox(table),
    read: (runId) => readRun(table, runId),
    commit: (change) => commit(table, change),
    async *audit(runId) {
      const query = table.query({
        ConsistentRead: true,
        KeyConditionExpression: "pk = :pk AND begins_with(sk, :sk)",
        ExpressionAttributeValues: { ":pk": text(runPk(runId)), ":sk": text("EVT#") },
      });
      for await (const item of query) yield parseAuditEntry(bodyOf(item), `The item ${runPk(runId)} ${item.sk?.S}`);
    },
    async *list(filter = {}) {
      for await (const batch of batchesOf(listedKeys(table, "RUN", listedAtATime), listedAtATime)) {
        const wanted = batch.filter(
          (item) =>
            (filter.environment === undefined || filter.environment === textOf(item, "environment")) &&
            (filter.pipeline === undefined || filter.pipeline === textOf(item, "pipeline")),
        );
        const found = await Promise.all(wanted.map((item) => readKnown(table, runIdOf(itemKeyOf(item).pk))));
        for (const run of found) if (run && matches(filter, run.state)) yield run.state;
      }
    },
    async due(nowMs, limit) {
      const found: string[] = [];
      if (limit < 1) return found;
      for await (const item of dueKeysUpTo(table, "RUN", nowMs, limit)) {
        found.push(runIdOf(itemKeyOf(item).pk));
        if (found.length === limit) break;
      }
      return found;
    },
    async forget(endedBeforeMs, { limit, before }) {
      let forgotten = 0;
      if (limit < 1) return 0;
      for await (const item of dueKeysUpTo(table, "ENDED", endedBeforeMs - 1, limit)) {
        const runId = runIdOf(itemKeyOf(item).pk);
        const run = before && (await readKnown(table, runId));
        // The index is a little late: somebody may have had it tried again.
        if (run && (run.state.endedAtMs ?? endedBeforeMs) < endedBeforeMs) await before?.(run);
        if (await forgetRun(table, runId, endedBeforeMs)) forgotten++;
        if (forgotten === limit) break;
      }
      return forgotten;
    },
  };
}

/** One of a newer form is left out of a list: nothing can be said of it. */
async function readKnown(table: DynamoTable, runId: string) {
  try {
    return await readRun(table, runId);
  } catch (error) {
    if (isSnowmeltError(error, "RUN_STATE_NEWER")) return undefined;
    throw error;
  }
}

async function commit(table: DynamoTable, change: RunChange): Promise<RunChangeOutcome> {
  const plan = planCommit(change, table.clock.nowMs());
  const { runId, version } = change.state;
  const written = await table.transact(toTransactItems(plan));
  if (written.ok) {
    if (plan.isSpilt) await unpackAll(table, runId, version);
    return { kind: "done", outbox: plan.outbox };
  }
  const [seen, state] = written.failed;
  const stored = state?.old;
  if (stored && numberOf(stored, "version") === forgottenVersion) {
    await wipeForgotten(table, runId);
    return commit(table, change);
  }
  if (stored) checkSchemaVersion(runId, numberOf(stored, "schemaVersion"));
  return seen ? { kind: "seen" } : { kind: "lost" };
}

async function unpackAll(table: DynamoTable, runId: string, version: number): Promise<void> {
  const { pk, sk } = runKeys.spill(runId, version, 0);
  const prefix = sk.slice(0, sk.indexOf("+") + 1);
  const query = table.query({
    ConsistentRead: true,
    KeyConditionExpression: "pk = :pk AND begins_with(sk, :sk)",
    ExpressionAttributeValues: { ":pk": text(pk), ":sk": text(prefix) },
    ProjectionExpression: "pk, sk",
  });
  for await (const item of query) await unpackSpill(table, itemKeyOf(item));
}
