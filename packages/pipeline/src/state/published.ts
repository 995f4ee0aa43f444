import type { ObjectStore } from "@snowmelt/core/ports";
import { z } from "zod";
import { pipelineError } from "../pipeline-error.ts";

/** When what a dataset's table shows was last brought up to date. */
export const Published = z.strictObject({
  /** Null where it never was. */
  publishedAtMs: z.int().nullable(),
  /** Since when somebody looks: what a dataset that never was published is measured from. */
  sinceMs: z.int(),
});
export type Published = z.infer<typeof Published>;

export interface DatasetPlace {
  readonly environment: string;
  readonly pipeline: string;
  readonly dataset: string;
}

/** One small object a dataset, so that its age is known by one request however many runs there were. */
const keyOf = ({ environment, pipeline, dataset }: DatasetPlace): string =>
  `published/${environment}/${pipeline}/${dataset}.json`;

/** Notes that a dataset is up to date as of then, rows or none. Of an older time than is known nothing is noted. May be repeated. */
export async function notePublished(store: ObjectStore, place: DatasetPlace, atMs: number): Promise<void> {
  const before = await find(store, place);
  if (before?.publishedAtMs != null && before.publishedAtMs >= atMs) return;
  await store.put(keyOf(place), bytesOf({ publishedAtMs: atMs, sinceMs: before?.sinceMs ?? atMs }));
}

/** What is known of a dataset; of one that was never heard of, that it is looked at since now. STATE_INVALID. May be repeated. */
export async function lookPublished(store: ObjectStore, place: DatasetPlace, nowMs: number): Promise<Published> {
  const found = await find(store, place);
  if (found) return found;
  const first = { publishedAtMs: null, sinceMs: nowMs };
  const put = await store.putIfAbsent(keyOf(place), bytesOf(first));
  return put.status === "created" ? first : ((await find(store, place)) ?? first);
}

async function find(store: ObjectStore, place: DatasetPlace): Promise<Published | undefined> {
  const bytes = await store.get(keyOf(place));
  if (!bytes) return undefined;
  const parsed = Published.safeParse(jsonOf(bytes));
  if (parsed.success) return parsed.data;
  throw pipelineError(
    "STATE_INVALID",
    `${store.uri}/${keyOf(place)} does not say when the dataset was published. Delete it; the next run that publishes writes it anew.`,
  );
}

const bytesOf = (published: Published): Uint8Array => new TextEncoder().encode(`${JSON.stringify(published)}\n`);

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}
