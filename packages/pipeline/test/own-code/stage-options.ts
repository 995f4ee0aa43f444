import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Pipeline } from "@snowmelt/core/definition";
import { silentLogger, silentMetrics, systemClock, systemRandom } from "@snowmelt/core/ports";
import { openFileStore } from "@snowmelt/lake/store";
import type { LeaseStore } from "@snowmelt/pipeline/engine";
import type { StageOptions } from "@snowmelt/pipeline/runtime";
import { keepDefinition } from "@snowmelt/pipeline/stage-runners";
import type { Landscape } from "../landscape.ts";

/** What the stages of these definitions work with, in a landscape. */
export async function openStageOptions(
  { directory, secrets, access }: Landscape,
  { leases, definitions }: { readonly leases: LeaseStore; readonly definitions: readonly Pipeline[] },
): Promise<StageOptions> {
  const stateObjects = openFileStore(join(directory, "engine-state"));
  const spillDirectory = join(directory, "spill");
  await mkdir(spillDirectory, { recursive: true });
  for (const definition of definitions) await keepDefinition(stateObjects, definition);
  const ports = { clock: systemClock, random: systemRandom, logger: silentLogger, metrics: silentMetrics };
  return { ...ports, stateObjects, secrets, spillDirectory, lake: access, leases, leaseMs: 600_000 };
}
