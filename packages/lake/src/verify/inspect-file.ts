import { createHash } from "node:crypto";
import { isSnowmeltError } from "@snowmelt/core/errors";
import { type ColumnProfile, type Field, openProfiler } from "@snowmelt/core/types";
import type { AddFile } from "../delta/action.ts";
import { toTableKey } from "../delta/log-path.ts";
import type { TableLocation } from "../delta/read-commits.ts";
import { readTableFile } from "../land/read-table-file.ts";
import { type FooterSummary, type ParquetFooter, readFooter, summarizeFooter } from "../parquet/index.ts";

/** A data file of a log, as the store has it. */
export interface InspectedFile {
  /** Key below the table's root. */
  readonly path: string;
  readonly add: AddFile;
  /** Undefined where there is no such file. */
  readonly sizeBytes: number | undefined;
  /** Undefined where the file is missing, of another size, or has no footer. */
  readonly footer: FooterSummary | undefined;
  /** Why there is no footer, or why the values could not be decoded. */
  readonly damage: { readonly of: "footer" | "values"; readonly message: string } | undefined;
  /** In hex; of the deep look alone. */
  readonly sha256: string | undefined;
  /** Of the decoded values, one a field; of the deep look alone. */
  readonly profiles: readonly ColumnProfile[] | undefined;
}

export interface InspectFileOptions {
  readonly fields: readonly Field[];
  /** Whether every byte is hashed and every value decoded, or the footer read alone. */
  readonly deep: boolean;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Looks at a file: its size, its footer, and deep also its bytes and values. What is wrong with the file is in the answer;
 * what is wrong with the store throws. May be retried.
 */
export async function inspectFile(
  table: TableLocation,
  { path, add }: Pick<InspectedFile, "path" | "add">,
  { fields, deep, signal }: InspectFileOptions,
): Promise<InspectedFile> {
  const key = toTableKey(table.path, path);
  const given = signal ? { signal } : {};
  const sizeBytes = (await table.store.head(key, given))?.sizeBytes;
  const nothing = {
    path,
    add,
    sizeBytes,
    footer: undefined,
    damage: undefined,
    sha256: undefined,
    profiles: undefined,
  };
  if (sizeBytes === undefined) return nothing;
  const sha256 = deep ? await hashFile(table, { key, sizeBytes, signal }) : undefined;
  const footer = await orDamage("footer", () => readFooter(table.store, key, { sizeBytes, ...given }));
  if ("damage" in footer) return { ...nothing, sha256, ...footer };
  const summary = await orDamage("footer", async () => summarizeFooter(footer.found));
  if ("damage" in summary) return { ...nothing, sha256, ...summary };
  const seen = { ...nothing, sha256, footer: summary.found };
  if (!deep) return seen;
  const values = await orDamage("values", () =>
    profileFile(table, { path, add, footer: footer.found }, fields, signal),
  );
  return "damage" in values ? { ...seen, ...values } : { ...seen, profiles: values.found };
}

const hashBlockBytes = 8 << 20;

/** Read block by block; a file that shrinks meanwhile hashes as what was there. */
export async function hashFile(
  { store }: Pick<TableLocation, "store">,
  {
    key,
    sizeBytes,
    signal,
  }: { readonly key: string; readonly sizeBytes: number; readonly signal?: AbortSignal | undefined },
): Promise<string> {
  const hash = createHash("sha256");
  for (let start = 0; start < sizeBytes; start += hashBlockBytes) {
    const range = { start, end: Math.min(start + hashBlockBytes, sizeBytes) };
    hash.update((await store.get(key, { range, ...(signal ? { signal } : {}) })) ?? new Uint8Array(0));
  }
  return hash.digest("hex");
}

async function profileFile(
  table: TableLocation,
  { path, add, footer }: { readonly path: string; readonly add: AddFile; readonly footer: ParquetFooter },
  fields: readonly Field[],
  signal: AbortSignal | undefined,
): Promise<readonly ColumnProfile[]> {
  const profiler = openProfiler(fields);
  const file = { path, partitionValues: add.partitionValues };
  for await (const batch of readTableFile(table, file, { fields, footer, signal })) profiler.add(batch);
  return profiler.profiles();
}

/** What a file itself is guilty of: not the store, and not an abort. */
async function orDamage<T>(
  of: "footer" | "values",
  look: () => Promise<T>,
): Promise<
  { readonly found: T } | { readonly damage: { readonly of: "footer" | "values"; readonly message: string } }
> {
  try {
    return { found: await look() };
  } catch (error) {
    if (!isSnowmeltError(error) || !error.code.startsWith("PARQUET_")) throw error;
    return { damage: { of, message: error.message } };
  }
}
