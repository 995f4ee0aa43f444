import { type EventBridgeEntry, eventBridgeEntry } from "@snowmelt/core/alerts";
import type { AlertChannel, Delivery } from "../alert-channel.ts";

/** Puts events on buses, by name or ARN. Throws nothing but ABORTED. */
export interface AlertBus {
  put(bus: string, entry: EventBridgeEntry, options?: { readonly signal?: AbortSignal }): Promise<Delivery>;
}

/** An event bus, for programs: its rules read each notification by itself. */
export function openEventBridgeChannel(
  { bus }: { readonly bus: string },
  { alertBus }: { readonly alertBus: AlertBus },
): AlertChannel {
  return { isGathered: false, deliver: (message, options) => alertBus.put(bus, eventBridgeEntry(message), options) };
}
