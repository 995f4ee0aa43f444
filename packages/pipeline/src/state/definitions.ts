import { canonicalJson, definitionHash, type Pipeline, parseDefinition } from "@snowmelt/core/definition";
import type { ObjectStore } from "@snowmelt/core/ports";
import { pipelineError } from "../pipeline-error.ts";

const keyOf = (hash: string): string => `definitions/${hash}.json`;

/** Keeps a definition under its hash, which is told: a run in flight is finished upon the one it began with. May be repeated. */
export async function keepDefinition(store: ObjectStore, definition: Pipeline): Promise<string> {
  const hash = definitionHash(definition);
  await store.putIfAbsent(keyOf(hash), new TextEncoder().encode(`${canonicalJson(definition)}\n`));
  return hash;
}

/** The definition of a hash. STATE_INVALID where there is none, or another. */
export async function readDefinition(
  store: ObjectStore,
  hash: string,
  options: { readonly signal?: AbortSignal } = {},
): Promise<Pipeline> {
  const place = `${store.uri}/${keyOf(hash)}`;
  const bytes = await store.get(keyOf(hash), options);
  if (!bytes) {
    throw pipelineError(
      "STATE_INVALID",
      `${place} is not there. It is kept when a definition is deployed or first run: deploy again, then retry the run.`,
    );
  }
  const definition = parseDefinition(JSON.parse(new TextDecoder().decode(bytes)));
  const found = definitionHash(definition);
  if (found === hash) return definition;
  throw pipelineError("STATE_INVALID", `${place} holds the definition ${found}. Deploy again, then retry the run.`);
}
