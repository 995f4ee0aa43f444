import type { PlainManifest } from "./manifest-file.ts";
import type { PlainTable } from "./plain-table.ts";
import { listManifests, readManifest } from "./read-manifests.ts";

/** What one version of a plain Parquet table was made by. */
export interface PlainHistoryEntry {
  readonly version: number;
  /** Milliseconds since the epoch, by the writer's clock. */
  readonly committedAtMs: number;
  readonly operation: PlainManifest["operation"];
  readonly engine: string;
  readonly addedFiles: number;
  readonly removedFiles: number;
  readonly rowCount: number;
  /** What the commit was made of: run, attempt, window. */
  readonly info: Readonly<Record<string, unknown>>;
}

/** The versions that are still there, the newest first. One that is swept meanwhile is left out. May be repeated. */
export async function* readPlainHistory(
  table: Pick<PlainTable, "store" | "path">,
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): AsyncGenerator<PlainHistoryEntry> {
  for (const { version } of [...(await listManifests(table, { signal }))].reverse()) {
    const manifest = await readManifest(table, version, signal);
    if (!manifest) continue;
    const { committedAtMs, operation, engine, added, removed, rowCount, info } = manifest;
    const [addedFiles, removedFiles] = [added.length, removed.length];
    yield { version, committedAtMs, operation, engine, addedFiles, removedFiles, rowCount, info };
  }
}
