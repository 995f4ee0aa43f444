import { lakeError } from "../lake-error.ts";
import { parseLogName, toCommitPath, toTableKey } from "./log-path.ts";
import { checkReadable } from "./protocol.ts";
import { readCommits, type TableLocation, tableUri } from "./read-commits.ts";
import { type Snapshot, startReplay } from "./snapshot.ts";

export interface ReadSnapshotOptions {
  /** An earlier snapshot of the same table; only what came later is read. */
  readonly base?: Snapshot | undefined;
  /** @default the newest */
  readonly version?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The table's state, by replay of its JSON log; undefined when there is no table. Throws DELTA_LOG_GAP,
 * DELTA_LOG_TRUNCATED (only a checkpoint holds the beginning), DELTA_LOG_INVALID or DELTA_UNSUPPORTED, and never gives a
 * partial state. May be retried.
 */
export async function readSnapshot(
  table: TableLocation,
  options: ReadSnapshotOptions = {},
): Promise<Snapshot | undefined> {
  const { version, signal } = options;
  const base = version !== undefined && options.base && options.base.version > version ? undefined : options.base;
  const log = await listLog(table, base, signal);
  if (base && !log.holdsBase) return readSnapshot(table, { version, signal });
  const newest = checkWhole(table, log, base);
  if (newest === undefined) return undefined;
  if (version !== undefined && version > newest) {
    throw lakeError("DELTA_TABLE_MISSING", `${tableUri(table)} has no version ${version}; its newest is ${newest}.`);
  }
  const last = version ?? newest;
  if (base?.version === last) return base;
  const replay = startReplay(base);
  for await (const commit of readCommits(table, { first: (base?.version ?? -1) + 1, last }, signal))
    replay.apply(commit);
  const snapshot = replay.finish(tableUri(table));
  checkReadable(snapshot.protocol, snapshot.metaData, tableUri(table));
  return snapshot;
}

interface LogListing {
  readonly oldest: number | undefined;
  readonly newest: number | undefined;
  readonly hasCheckpoint: boolean;
  /** Whether the base's own entry is there, as long as it was. */
  readonly holdsBase: boolean;
}

async function listLog(table: TableLocation, base: Snapshot | undefined, signal?: AbortSignal): Promise<LogListing> {
  const prefix = toTableKey(table.path, "_delta_log/");
  const startAfter = base && base.version > 0 ? toTableKey(table.path, toCommitPath(base.version - 1)) : undefined;
  let [oldest, newest]: (number | undefined)[] = [];
  let [hasCheckpoint, holdsBase] = [false, false];
  for await (const { key, sizeBytes } of table.store.list(prefix, {
    ...(startAfter === undefined ? {} : { startAfter }),
    ...(signal ? { signal } : {}),
  })) {
    const file = parseLogName(key.slice(prefix.length));
    if (file.kind === "commit") {
      oldest ??= file.version;
      newest = file.version;
      if (file.version === base?.version && sizeBytes === base.entryBytes) holdsBase = true;
    } else if (file.kind !== "other") hasCheckpoint = true;
  }
  return { oldest, newest, hasCheckpoint, holdsBase };
}

/** The newest version when the log is whole from the start, or from the base. Gaps in between show when they are read. */
function checkWhole(table: TableLocation, log: LogListing, base: Snapshot | undefined): number | undefined {
  if (log.oldest === 0 || base) return log.newest;
  if (log.oldest === undefined && !log.hasCheckpoint) return undefined;
  const uri = tableUri(table);
  const found = log.oldest === undefined ? "no JSON entry" : `no JSON entry below version ${log.oldest}`;
  if (!log.hasCheckpoint) {
    throw lakeError("DELTA_LOG_GAP", `The log of ${uri} has ${found} and no checkpoint. Restore the missing entries.`, {
      details: { table: uri, oldest: log.oldest },
    });
  }
  throw lakeError(
    "DELTA_LOG_TRUNCATED",
    `The log of ${uri} has ${found}: another writer cleaned it up and left a checkpoint, which is not read here. Land into a new table, or restore the JSON entries.`,
    { details: { table: uri, oldest: log.oldest } },
  );
}
