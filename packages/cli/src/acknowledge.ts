import type { IncidentEvent, IncidentState } from "@snowmelt/core/engine";
import { systemClock } from "@snowmelt/core/ports";
import type { EngineStores } from "@snowmelt/pipeline/engine";
import { cliError } from "./cli-error.ts";

/**
 * Stores what a person says of an alert, by the escalation policy of the definitions that are released. The deployment's functions
 * send what follows: this process has none of its channels.
 */
export async function acknowledge(
  stores: EngineStores,
  dedupKey: string,
  event: IncidentEvent,
  { stateRoot, endpoint }: { readonly stateRoot: string; readonly endpoint: string | undefined },
): Promise<IncidentState> {
  const [{ openEngine }, { alertPolicyOf, openRelease }, { openStore }] = await Promise.all([
    import("@snowmelt/pipeline/engine"),
    import("@snowmelt/pipeline/release"),
    import("@snowmelt/lake/store"),
  ]);
  const objects = await openStore(stateRoot, endpoint === undefined ? {} : { s3: { endpoint } });
  const [environment = ""] = dedupKey.split("/");
  const released = openRelease(objects, environment, { clock: systemClock });
  const none = (what: string) => () => Promise.reject(new Error(`a person's command has no ${what}`));
  const engine = openEngine({
    stores,
    planGraph: none("definitions to begin runs of"),
    carrier: { send: none("queues") },
    policyOf: (key) => alertPolicyOf(released, key),
    notify: none("channels"),
    announce: none("bus"),
  });
  const state = await engine.tellIncident(dedupKey, event);
  if (!state) throw cliError("ALERT_NOT_OPEN", `The alert ${dedupKey} is gone.`);
  return state;
}
