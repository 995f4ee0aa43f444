import { lakeError } from "../lake-error.ts";
import type { Action, AddFile, MetaData, Protocol } from "./action.ts";
import { decodeDataPath } from "./data-path.ts";
import { withCommittedIn } from "./lane-txns.ts";
import { LayeredMap } from "./layered-map.ts";
import type { Checkpoint } from "./read-checkpoint.ts";

/** What the newest `txn` of an appId says. */
export interface TxnState {
  readonly version: bigint;
  /** Undefined when a checkpoint alone tells of it, which does not say. */
  readonly committedIn: number | undefined;
  /** Milliseconds since the epoch. */
  readonly lastUpdated?: number | undefined;
}

/** The state of a table at one version. */
export interface Snapshot {
  readonly version: number;
  readonly protocol: Protocol;
  readonly metaData: MetaData;
  /** Live files by key below the table's root (decoded path); an absolute URI by itself. */
  readonly files: ReadonlyMap<string, AddFile>;
  /** Removed files, which older versions still name, by key; the value is the deletion time in ms since the epoch. */
  readonly tombstones: ReadonlyMap<string, number>;
  readonly txns: ReadonlyMap<string, TxnState>;
  /** Bytes of the log entry of `version`, by which a table that was made anew is told apart; 0 when it has none. */
  readonly entryBytes: number;
}

/** The actions of one log entry. */
export interface Commit {
  readonly version: number;
  readonly actions: readonly Action[];
  readonly entryBytes: number;
}

/** A replay under way: commits are applied in order, then it becomes a snapshot. */
export interface Replay {
  apply(commit: Commit): void;
  /** `source` names the table in errors. */
  finish(source: string): Snapshot;
}

/** Upon a snapshot, which stays as it is; what does not change is shared with it. */
export function startReplay(base?: Snapshot): Replay {
  let { version, protocol, metaData, entryBytes } = base ?? { version: -1, entryBytes: 0 };
  const held = layered(base?.tombstones);
  const files = new Map<string, AddFile | undefined>();
  const tombstones = new Map<string, number | undefined>();
  const txns = new Map<string, TxnState>();
  return {
    apply(commit) {
      for (const action of commit.actions) {
        if ("add" in action) {
          checkNoDeletionVector(action.add, commit.version);
          const key = decodeDataPath(action.add.path);
          files.set(key, action.add);
          if (tombstones.has(key) || held.has(key)) tombstones.set(key, undefined);
        } else if ("remove" in action) {
          const key = decodeDataPath(action.remove.path);
          files.set(key, undefined);
          tombstones.set(key, action.remove.deletionTimestamp ?? 0);
        } else if ("txn" in action) {
          const { appId, version: number, lastUpdated } = action.txn;
          const committedIn = commit.version;
          txns.set(appId, { version: number, committedIn, lastUpdated: lastUpdated ?? undefined });
        } else if ("protocol" in action) protocol = action.protocol;
        else if ("metaData" in action) metaData = action.metaData;
      }
      version = commit.version;
      entryBytes = commit.entryBytes;
    },
    finish(source) {
      if (!protocol || !metaData) {
        throw lakeError(
          "DELTA_LOG_INVALID",
          `The log of ${source} has no ${protocol ? "metaData" : "protocol"} action.`,
        );
      }
      return {
        version,
        protocol,
        metaData,
        files: layered(base?.files).with(files),
        tombstones: held.with(tombstones),
        txns: txns.size === 0 && base ? base.txns : new Map([...(base?.txns ?? []), ...txns]),
        entryBytes,
      };
    },
  };
}

/** The state that a checkpoint tells of. `entryBytes` are those of its version's log entry. */
export function checkpointSnapshot(checkpoint: Checkpoint, entryBytes: number): Snapshot {
  const { version, protocol, metaData } = checkpoint;
  const txns = new Map<string, TxnState>();
  for (const { appId, version: number, lastUpdated } of checkpoint.txns) {
    txns.set(appId, { version: number, committedIn: undefined, lastUpdated: lastUpdated ?? undefined });
  }
  const files = new LayeredMap(checkpoint.files);
  const tombstones = new LayeredMap(checkpoint.tombstones);
  return { version, protocol, metaData, files, tombstones, txns: withCommittedIn(txns, version), entryBytes };
}

function layered<V extends object | number>(map: ReadonlyMap<string, V> | undefined): LayeredMap<V> {
  return map instanceof LayeredMap ? map : new LayeredMap(map);
}

function checkNoDeletionVector(add: AddFile, version: number): void {
  if (add.deletionVector === undefined || add.deletionVector === null) return;
  throw lakeError(
    "DELTA_UNSUPPORTED",
    `Version ${version} adds ${add.path} with a deletion vector, which is not implemented here. Expected whole files.`,
  );
}
