import { z } from "zod";
import { Duration } from "../../types/duration.ts";
import { BatchOnFail } from "../on-fail.ts";

export const Freshness = z.strictObject({
  kind: z.literal("freshness"),
  column: z.string(),
  maxAge: Duration,
  onFail: BatchOnFail,
});
export type Freshness = z.output<typeof Freshness>;

/**
 * The newest value of the column is at most `maxAge` old. Dates count from their midnight; TIMESTAMP_NTZ and dates are
 * taken as UTC. A batch without a value is not fresh.
 */
export function freshness<const C extends string>(
  column: C,
  maxAge: Duration,
  options: { readonly onFail?: BatchOnFail } = {},
) {
  return { kind: "freshness", column, maxAge, ...options } as const;
}
