import type { Pipeline } from "@snowmelt/core/definition";
import { isSnowmeltError } from "@snowmelt/core/errors";
import { type Clock, type Logger, type ObjectStore, silentLogger } from "@snowmelt/core/ports";
import { z } from "zod";
import { keepDefinition, readDefinition } from "../state/definitions.ts";
import { releaseError } from "./release-error.ts";

/** Which definitions an environment runs on: what a deployment writes, `definitions/released/<environment>.json` in the state store. */
export const Release = z.strictObject({
  environment: z.string().min(1),
  /** Hashes by the names of pipelines. */
  pipelines: z.record(z.string(), z.string().regex(/^[0-9a-f]{64}$/)),
});
export type Release = z.infer<typeof Release>;

/** The definitions that new runs begin with. Runs in flight keep theirs. */
export interface ReleasedPipelines {
  readonly environment: string;
  /** PIPELINE_UNKNOWN, RELEASE_MISSING, RELEASE_INVALID; errors of the store pass through. */
  find(name: string): Promise<Pipeline>;
  /** In the order of their names; without those that this version cannot read, which are logged: they are no other's trouble. */
  list(): Promise<readonly Pipeline[]>;
  /** When they were released. */
  releasedAtMs(): Promise<number>;
}

export interface OpenReleaseOptions {
  readonly clock: Pick<Clock, "nowMs">;
  /** How long a release is believed to be the one that is there; a deployment holds after it. @default 60_000 */
  readonly cacheMs?: number;
  readonly logger?: Logger;
}

const keyOf = (environment: string): string => `definitions/released/${environment}.json`;

/** Releases definitions into an environment, instead of those of before. Each is kept under its hash first. May be repeated. */
export async function writeRelease(
  store: ObjectStore,
  environment: string,
  definitions: readonly Pipeline[],
): Promise<Release> {
  const pipelines: Record<string, string> = {};
  for (const definition of definitions) pipelines[definition.name] = await keepDefinition(store, definition);
  const release = { environment, pipelines };
  await store.put(keyOf(environment), new TextEncoder().encode(`${JSON.stringify(release, null, 2)}\n`));
  return release;
}

/** The definitions of an environment, from its state store. No I/O until it is asked. */
export function openRelease(
  store: ObjectStore,
  environment: string,
  { clock, cacheMs = 60_000, logger = silentLogger }: OpenReleaseOptions,
): ReleasedPipelines {
  let known: { readonly release: Release; readonly untilMs: number } | undefined;
  /** Content-addressed: what was read once is right for ever. */
  const definitions = new Map<string, Pipeline>();

  const current = async (): Promise<Release> => {
    const nowMs = clock.nowMs();
    if (known && nowMs < known.untilMs) return known.release;
    const release = parseRelease(store, environment, await store.get(keyOf(environment)));
    known = { release, untilMs: nowMs + cacheMs };
    return release;
  };
  const read = async (name: string, hash: string): Promise<Pipeline> => {
    const before = definitions.get(hash);
    if (before) return before;
    const definition = await readDefinition(store, hash).catch((cause: unknown) => {
      if (!isSnowmeltError(cause) || cause.retryable) throw cause;
      throw releaseError(
        "RELEASE_INVALID",
        `The definition ${hash} of ${name} in ${environment} cannot be read: ${cause.message} Deploy the functions and the definitions of one version.`,
        { cause, details: { name, hash, environment } },
      );
    });
    definitions.set(hash, definition);
    return definition;
  };
  const said = new Set<string>();
  const readOrSay = async (name: string, hash: string): Promise<Pipeline | undefined> => {
    try {
      return await read(name, hash);
    } catch (error) {
      if (!isSnowmeltError(error, "RELEASE_INVALID")) throw error;
      if (!said.has(hash)) logger.log("error", "A pipeline is left out.", { pipeline: name, reason: error.message });
      said.add(hash);
      return undefined;
    }
  };
  return {
    environment,
    async find(name) {
      const { pipelines } = await current();
      const hash = Object.hasOwn(pipelines, name) ? pipelines[name] : undefined;
      if (hash !== undefined) return read(name, hash);
      const others = Object.keys(pipelines).sort().join(", ") || "none";
      throw releaseError(
        "PIPELINE_UNKNOWN",
        `No pipeline ${JSON.stringify(name)} is released into ${environment}; released are ${others}.`,
        { details: { name, environment } },
      );
    },
    async list() {
      const { pipelines } = await current();
      const found: Pipeline[] = [];
      for (const [name, hash] of Object.entries(pipelines).sort(([a], [b]) => (a < b ? -1 : 1))) {
        const definition = await readOrSay(name, hash);
        if (definition) found.push(definition);
      }
      return found;
    },
    async releasedAtMs() {
      const meta = await store.head(keyOf(environment));
      return meta?.modifiedAtMs ?? clock.nowMs();
    },
  };
}

function parseRelease(store: ObjectStore, environment: string, bytes: Uint8Array | undefined): Release {
  const place = `${store.uri}/${keyOf(environment)}`;
  if (!bytes) {
    throw releaseError(
      "RELEASE_MISSING",
      `${place} is not there: nothing was released into ${environment}. Deploy first.`,
    );
  }
  const parsed = Release.safeParse(jsonOf(bytes));
  if (parsed.success && parsed.data.environment === environment) return parsed.data;
  throw releaseError(
    "RELEASE_INVALID",
    `${place} is not a release of ${environment} that this version can read. Deploy again.`,
  );
}

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}
