import type { AlertMessage } from "@snowmelt/core/alerts";
import type { AlertChannel, Delivery } from "@snowmelt/pipeline/notify";

export interface ScriptedChannel extends AlertChannel {
  readonly taken: readonly AlertMessage[];
  /** What it says to the next messages; the last for all that follow. */
  says(...deliveries: readonly (Delivery | "throws")[]): void;
}

/** A channel that keeps what it takes, and answers as it is told. */
export function scriptedChannel({ isGathered = true }: { readonly isGathered?: boolean } = {}): ScriptedChannel {
  const taken: AlertMessage[] = [];
  let script: readonly (Delivery | "throws")[] = [{ kind: "delivered" }];
  return {
    isGathered,
    taken,
    says: (...deliveries) => {
      script = deliveries;
    },
    async deliver(message) {
      const [next = { kind: "delivered" as const }, ...rest] = script;
      if (rest.length > 0) script = rest;
      if (next === "throws") throw new TypeError("hunter2");
      if (next.kind === "delivered") taken.push(message);
      return next;
    },
  };
}
