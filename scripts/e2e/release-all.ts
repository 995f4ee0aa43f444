import type { ObjectStore } from "@snowmelt/core/ports";
import { type Release, writeRelease } from "@snowmelt/pipeline/release";
import { defineAll, type Login, type SourcePlace } from "./definitions.ts";
import * as names from "./names.ts";

/** Releases everything, and beside it a pipeline whose definition these functions cannot read: it must disturb nothing. */
export async function releaseAll(state: ObjectStore, server: SourcePlace, login?: Login): Promise<void> {
  const release = await writeRelease(state, names.environment, defineAll(server, login));
  const hash = "0".repeat(64);
  const write = (key: string, value: object) => state.put(key, new TextEncoder().encode(JSON.stringify(value)));
  await write(`definitions/${hash}.json`, { apiVersion: 99 });
  const pipelines = { ...release.pipelines, [names.stalePipeline]: hash };
  await write(`definitions/released/${names.environment}.json`, { ...release, pipelines } satisfies Release);
}
