import { type DeltaTable, openDeltaTable } from "../delta/delta-table.ts";
import { toTableKey } from "../delta/log-path.ts";
import { manifestFolder } from "./manifest-path.ts";
import { openPlainTable, type PlainTable, type PlainTableOptions } from "./plain-table.ts";

/**
 * The table at a place, whose kind is not known: plain Parquet where there are manifests and no Delta log, else a Delta
 * table, whether or not there is one. One or two listings of a key; may be retried.
 */
export async function openTableAt(
  place: PlainTableOptions,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<DeltaTable | PlainTable> {
  const isPlain = !(await hasAny(place, "_delta_log/", options)) && (await hasAny(place, manifestFolder, options));
  return isPlain ? openPlainTable(place) : openDeltaTable(place);
}

async function hasAny(
  { store, path }: PlainTableOptions,
  folder: string,
  { signal }: { readonly signal?: AbortSignal | undefined },
): Promise<boolean> {
  for await (const _ of store.list(toTableKey(path.replace(/\/+$/, ""), folder), signal ? { signal } : {})) return true;
  return false;
}
