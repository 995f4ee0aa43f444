import { openMemoryDocuments } from "../engine/stores/memory-documents.ts";
import type { VersionedStore } from "../engine/versioned-store.ts";
import type { ChannelState } from "./channel-state.ts";
import type { ChannelReceipt } from "./synthetic-alert.ts";

/** What notifying keeps, a document a channel each. */
export interface NotifyStores {
  readonly channels: VersionedStore<ChannelState>;
  readonly receipts: VersionedStore<ChannelReceipt>;
}

/** For tests and for a process that ends with its run: repeats are known as long as it lives. */
export function openMemoryNotifyStores(): NotifyStores {
  return {
    channels: openMemoryDocuments<ChannelState>().documents,
    receipts: openMemoryDocuments<ChannelReceipt>().documents,
  };
}
