import type { ObjectMeta } from "@snowmelt/core/ports";
import { parseLogName, toCommitPath, toTableKey } from "./log-path.ts";
import type { TableLocation } from "./read-commits.ts";

export interface CheckpointPart {
  /** Key in the store. */
  readonly key: string;
  readonly sizeBytes: number;
}

/** A classic checkpoint that has all of its parts. */
export interface ListedCheckpoint {
  readonly version: number;
  readonly parts: readonly CheckpointPart[];
}

/** What a log folder holds, from a version on. */
export interface LogListing {
  readonly commits: ReadonlyMap<number, ObjectMeta>;
  /** The oldest first. */
  readonly checkpoints: readonly ListedCheckpoint[];
  /** Versions of checkpoints that are not read: of the second kind, or with parts missing. */
  readonly unreadable: { readonly second: readonly number[]; readonly incomplete: readonly number[] };
  /** Every file that goes with a version, commits included. */
  readonly versioned: readonly { readonly version: number; readonly meta: ObjectMeta }[];
}

/** Lists a table's log from `fromVersion` on. May be retried. */
export async function listLog(
  table: TableLocation,
  { fromVersion = 0, signal }: { readonly fromVersion?: number; readonly signal?: AbortSignal | undefined } = {},
): Promise<LogListing> {
  const prefix = toTableKey(table.path, "_delta_log/");
  const options = {
    ...(fromVersion > 0 ? { startAfter: toTableKey(table.path, toCommitPath(fromVersion - 1)) } : {}),
    ...(signal ? { signal } : {}),
  };
  const objects: ObjectMeta[] = [];
  for await (const meta of table.store.list(prefix, options)) objects.push(meta);
  return parseListing(prefix, objects);
}

/** Pure. `objects` are below `prefix`, the log folder. */
export function parseListing(prefix: string, objects: readonly ObjectMeta[]): LogListing {
  const commits = new Map<number, ObjectMeta>();
  const found = new Map<string, { version: number; parts: number; held: CheckpointPart[] }>();
  const second: number[] = [];
  const versioned: { version: number; meta: ObjectMeta }[] = [];
  for (const meta of objects) {
    const file = parseLogName(meta.key.slice(prefix.length));
    if (!("version" in file)) continue;
    const { version } = file;
    versioned.push({ version, meta });
    if (file.kind === "commit") commits.set(version, meta);
    else if (file.kind === "uuidCheckpoint") second.push(version);
    else if (file.kind === "checkpoint") {
      const name = `${version}/${file.parts}`;
      const checkpoint = found.get(name) ?? { version, parts: file.parts, held: [] };
      checkpoint.held.push({ key: meta.key, sizeBytes: meta.sizeBytes });
      found.set(name, checkpoint);
    }
  }
  const listed = [...found.values()].sort((a, b) => a.version - b.version || b.parts - a.parts);
  const checkpoints = listed.filter(({ parts, held }) => held.length === parts);
  return {
    commits,
    checkpoints: checkpoints.map(({ version, held }) => ({ version, parts: held })),
    unreadable: {
      second,
      incomplete: listed.filter(({ parts, held }) => held.length !== parts).map(({ version }) => version),
    },
    versioned,
  };
}
