import type { EscalationPolicy } from "@snowmelt/core/engine";

/** Incidents are noted, and nobody is told of them. */
export const quietPolicy: EscalationPolicy = {
  levels: [{ afterMs: 0, channels: ["none"] }],
  goodsToResolve: 1,
  acknowledgedForMs: 14_400_000,
};
