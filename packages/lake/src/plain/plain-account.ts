import type { PlainTable } from "./plain-table.ts";
import { listManifests, readManifest } from "./read-manifests.ts";

/** What one manifest says of files. */
export interface ManifestAccount {
  readonly version: number;
  /** Milliseconds since the epoch: when it was committed, by its writer or by the store, whichever is later. */
  readonly committedAtMs: number;
  /** Paths of its live files. */
  readonly live: readonly string[];
  /** Paths of those that it took away. */
  readonly removed: readonly string[];
}

/** Every manifest that is there, the oldest first. */
export async function readPlainAccount(
  table: PlainTable,
  signal: AbortSignal | undefined,
): Promise<readonly ManifestAccount[]> {
  const accounts: ManifestAccount[] = [];
  for (const { version, meta } of await listManifests(table, { signal })) {
    const manifest = await readManifest(table, version, signal);
    // Swept meanwhile: another sweep is at it, and has deleted what this one named.
    if (!manifest) continue;
    const { files, removed } = manifest;
    // A writer whose clock is behind would make the version that it replaced look long gone.
    const committedAtMs = Math.max(manifest.committedAtMs, meta.modifiedAtMs);
    const pathsOf = (of: readonly { readonly path: string }[]) => of.map(({ path }) => path);
    accounts.push({ version, committedAtMs, live: pathsOf(files), removed: pathsOf(removed) });
  }
  return accounts;
}
