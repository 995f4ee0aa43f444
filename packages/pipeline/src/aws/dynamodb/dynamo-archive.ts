import { BreakerState, IncidentState } from "@snowmelt/core/engine";
import type { RunStore } from "../../engine/run-store.ts";
import type { LeaseRecord, RunRecord, StoreArchive } from "../../engine/stores/store-archive.ts";
import { type DocumentKind, documentItem, documentsOf } from "./dynamo-documents.ts";
import { holderOf, leaseKey } from "./dynamo-leases.ts";
import { type DynamoTable, itemKeyOf, keyOf } from "./dynamo-table.ts";
import { type Item, number, numberOf, text } from "./item-body.ts";
import { runIdOf, runKeys } from "./item-keys.ts";
import { readRun } from "./read-run.ts";
import { auditItem, commandItem, graphItem, seenItem, stateItems } from "./run-items.ts";

export const incidentKind: DocumentKind<IncidentState> = { prefix: "INC", schema: IncidentState };
export const breakerKind: DocumentKind<BreakerState> = { prefix: "CB", schema: BreakerState };

const isAbsent = { ConditionExpression: "attribute_not_exists(pk)" };

export function openDynamoArchive(table: DynamoTable, runs: RunStore): StoreArchive {
  const putItem = async (Item: Item): Promise<boolean> => (await table.put({ Item, ...isAbsent })).ok;
  return {
    async *runs() {
      for await (const item of scanned(table, "RUN#", "STATE")) {
        const run = await recordOf(table, runs, runIdOf(itemKeyOf(item).pk));
        if (run) yield run;
      }
    },
    async *leases() {
      for await (const item of scanned(table, "LEASE#", "LEASE")) {
        yield {
          resource: itemKeyOf(item).pk.slice("LEASE#".length),
          fence: numberOf(item, "fence") ?? 0,
          holder: holderOf(item)?.holder ?? null,
          expiresAtMs: numberOf(item, "expiresAtMs") ?? 0,
        };
      }
    },
    incidents: () => documentsOf(table, incidentKind),
    breakers: () => documentsOf(table, breakerKind),
    putRun: (run) => putRun(table, run),
    putLease: (lease) => putItem(leaseItem(lease)),
    putIncident: (incident) => putItem(documentItem(incidentKind, incident)),
    putBreaker: (breaker) => putItem(documentItem(breakerKind, breaker)),
  };
}

const scanned = (table: DynamoTable, prefix: string, sk: string): AsyncIterable<Item> =>
  table.scan({
    ConsistentRead: true,
    FilterExpression: "begins_with(pk, :pk) AND sk = :sk",
    ExpressionAttributeValues: { ":pk": text(prefix), ":sk": text(sk) },
  });

async function recordOf(table: DynamoTable, runs: RunStore, runId: string): Promise<RunRecord | undefined> {
  const stored = await readRun(table, runId);
  if (!stored) return undefined;
  const audit = [];
  for await (const entry of runs.audit(runId)) audit.push(entry);
  const outbox = await runs.pending(Number.MAX_SAFE_INTEGER, { limit: Number.MAX_SAFE_INTEGER, runId });
  return { ...stored, audit, outbox };
}

/** The state goes last: by it the run is there. */
async function putRun(table: DynamoTable, { state, graph, audit, outbox }: RunRecord): Promise<boolean> {
  const { runId } = state;
  if (await table.get(runKeys.state(runId))) return false;
  const items = stateItems(graph, state);
  const others = [
    graphItem(runId, graph),
    ...audit.flatMap((entry) => [auditItem(runId, entry), seenItem(runId, entry.event.id, table.clock.nowMs())]),
    ...items.slice(0, -1),
    ...outbox.map(commandItem),
  ];
  await table.writeAll(others.map((Item) => ({ PutRequest: { Item } })));
  const last = items.at(-1);
  return last !== undefined && (await table.put({ Item: last, ...isAbsent })).ok;
}

const leaseItem = ({ resource, fence, holder, expiresAtMs }: LeaseRecord): Item => ({
  ...keyOf(leaseKey(resource)),
  fence: number(fence),
  expiresAtMs: number(expiresAtMs),
  ...(holder === null ? {} : { holder: text(holder) }),
});
