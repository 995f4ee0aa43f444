import type { AlertMessage } from "@snowmelt/core/alerts";

/** What came of giving a message to a channel. A reason names no address and no secret. */
export type Delivery =
  | { readonly kind: "delivered" }
  /** For good: the same message would be refused again. */
  | { readonly kind: "refused"; readonly reason: string }
  /** Not now: throttled, broken or not reachable, after the tries that there was time for. */
  | { readonly kind: "unreachable"; readonly reason: string; readonly retryAfterMs?: number };

/** A way to reach people or systems. One port a channel of a definition; own channels are given as these. */
export interface AlertChannel {
  /**
   * Whether it is for people, who are told of many things together; one that keeps incidents itself is told of each by itself, as it could
   * not end what it never heard of.
   */
  readonly isGathered: boolean;
  /** May be repeated: a receiver knows the message by its id or its key. Throws nothing but ABORTED. */
  deliver(message: AlertMessage, options?: { readonly signal?: AbortSignal }): Promise<Delivery>;
}
