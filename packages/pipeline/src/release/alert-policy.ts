import { type Alerting, resolveAlerts } from "@snowmelt/core/definition";
import type { EscalationPolicy } from "@snowmelt/core/engine";
import type { ReleasedPipelines } from "./open-release.ts";

/** The channel of those who name none: what goes to it is kept with the incident and sent to nobody. */
export const nobody = "nobody";

/** An incident is kept even where nobody is to be told of it. */
const silentPolicy: EscalationPolicy = {
  levels: [{ afterMs: 0, channels: [nobody] }],
  goodsToResolve: 1,
  acknowledgedForMs: 14_400_000,
};

/**
 * Who is told of an incident: as the pipeline that its key begins with has it (`<environment>/<pipeline>/…`); of what is no pipeline's,
 * such as a breaker, as the platform has it. Of a pipeline that is released no more, the platform too.
 */
export async function alertPolicyOf(released: ReleasedPipelines, dedupKey: string): Promise<EscalationPolicy> {
  const [environment, name] = dedupKey.split("/");
  const pipelines = await released.list();
  const own = environment === released.environment ? pipelines.find((pipeline) => pipeline.name === name) : undefined;
  const [first] = pipelines;
  const alerting: Alerting | undefined = own ?? (first && { platform: first.platform });
  return (alerting && resolveAlerts(alerting, released.environment).policy) ?? silentPolicy;
}
