import type { VersionedStore } from "../../engine/versioned-store.ts";
import { ChannelState } from "../../notify/channel-state.ts";
import { openDynamoDocuments } from "./dynamo-documents.ts";
import { type DynamoTableOptions, openDynamoTable } from "./dynamo-table.ts";

/** What all senders to alert channels share, in the table of the engine's stores. No I/O: the first request connects. */
export function openDynamoChannels(options: DynamoTableOptions): VersionedStore<ChannelState> & AsyncDisposable {
  const table = openDynamoTable(options);
  return {
    ...openDynamoDocuments(table, { prefix: "CH", schema: ChannelState }),
    async [Symbol.asyncDispose]() {
      table.close();
    },
  };
}
