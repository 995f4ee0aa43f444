import { resolveAlerts } from "@snowmelt/core/definition";
import type { RateLimits } from "../notify/sender.ts";
import type { ReleasedPipelines } from "./open-release.ts";

/** How many messages a channel may have: as the platform has it, and of pipelines that say so themselves as they have it. */
export async function alertLimitsOf(released: ReleasedPipelines): Promise<Partial<RateLimits>> {
  const { environment } = released;
  const pipelines = await released.list();
  const [first] = pipelines;
  if (!first) return {};
  const own = pipelines.filter(
    ({ alerts }) => alerts?.rateLimit !== undefined || alerts?.environments?.[environment]?.rateLimit !== undefined,
  );
  return {
    rateLimit: resolveAlerts({ platform: first.platform }, environment).rateLimit,
    ownRateLimits: Object.fromEntries(
      own.map((pipeline) => [pipeline.name, resolveAlerts(pipeline, environment).rateLimit]),
    ),
  };
}
