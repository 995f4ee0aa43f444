import type { ObjectStore } from "@snowmelt/core/ports";
import type { z } from "zod";
import { pipelineError } from "../pipeline-error.ts";
import { parseExactJson, toExactJson } from "./exact-json.ts";

/** What the stages of a run leave for one another, whichever process they are in. Each is written once. */
export interface StageObjects {
  /** Keeps the first of a key, and tells which that is: a repeat finds what it did before. May be retried. */
  keep<T>(key: string, schema: z.ZodType<T>, value: T, options?: { readonly signal?: AbortSignal }): Promise<T>;
  /** Undefined where nothing was kept. STATE_INVALID for what is not of the schema. */
  find<T>(key: string, schema: z.ZodType<T>, options?: { readonly signal?: AbortSignal }): Promise<T | undefined>;
  /** Forgets everything below a prefix. May be repeated. */
  forget(prefix: string): Promise<void>;
}

export function openStageObjects(store: ObjectStore): StageObjects {
  const find: StageObjects["find"] = async (key, schema, options) => {
    const bytes = await store.get(key, options);
    if (!bytes) return undefined;
    const place = `${store.uri}/${key}`;
    const parsed = schema.safeParse(parseExactJson(new TextDecoder().decode(bytes), place));
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    throw pipelineError(
      "STATE_INVALID",
      `${place} does not hold what a stage leaves there: ${issue?.path.join(".") || "it"}: ${issue?.message ?? "not of its form"}. Retry the run once it is deleted; what it held is made anew.`,
    );
  };
  return {
    find,
    async keep(key, schema, value, options) {
      const bytes = new TextEncoder().encode(`${toExactJson(value)}\n`);
      const { status } = await store.putIfAbsent(key, bytes, options);
      return status === "created" ? value : ((await find(key, schema, options)) ?? value);
    },
    async forget(prefix) {
      for await (const { key } of store.list(prefix)) await store.delete(key);
    },
  };
}
