import { ChannelState } from "../../notify/channel-state.ts";
import type { NotifyStores } from "../../notify/notify-stores.ts";
import { ChannelReceipt } from "../../notify/synthetic-alert.ts";
import { openDynamoDocuments } from "./dynamo-documents.ts";
import { type DynamoTableOptions, openDynamoTable } from "./dynamo-table.ts";

/** What all senders to alert channels share, in the table of the engine's stores. No I/O: the first request connects. */
export function openDynamoNotifyStores(options: DynamoTableOptions): NotifyStores & AsyncDisposable {
  const table = openDynamoTable(options);
  return {
    channels: openDynamoDocuments(table, { prefix: "CH", schema: ChannelState }),
    receipts: openDynamoDocuments(table, { prefix: "TRY", schema: ChannelReceipt }),
    async [Symbol.asyncDispose]() {
      table.close();
    },
  };
}
