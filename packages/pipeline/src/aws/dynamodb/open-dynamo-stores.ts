import type { ArchivedStores } from "../../engine/stores/store-archive.ts";
import { breakerKind, incidentKind, openDynamoArchive } from "./dynamo-archive.ts";
import { openDynamoCalls } from "./dynamo-calls.ts";
import { openDynamoDocuments } from "./dynamo-documents.ts";
import { openDynamoLeases } from "./dynamo-leases.ts";
import { openDynamoRuns } from "./dynamo-runs.ts";
import { type DynamoTableOptions, openDynamoTable } from "./dynamo-table.ts";

/**
 * The engine's stores in one DynamoDB table, which `planEngineTable` describes and which has to be there. No I/O: the first request
 * connects. Indexes are a little late, as the ports allow; all else is as of now. Each request is tried again on conflicts of
 * transactions, throttling and a lost network, and throws ENGINE_STORE_FAILED, ENGINE_STORE_DENIED or ENGINE_TABLE_MISSING then.
 */
export function openDynamoStores(options: DynamoTableOptions): ArchivedStores & AsyncDisposable {
  const table = openDynamoTable(options);
  const runs = openDynamoRuns(table);
  return {
    runs,
    leases: openDynamoLeases(table),
    incidents: openDynamoDocuments(table, incidentKind),
    breakers: openDynamoDocuments(table, breakerKind),
    calls: openDynamoCalls(table),
    archive: openDynamoArchive(table, runs),
    async [Symbol.asyncDispose]() {
      table.close();
    },
  };
}
