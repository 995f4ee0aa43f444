import { lakeError } from "../lake-error.ts";
import type { Action, AddFile, MetaData, Protocol } from "./action.ts";
import { decodeDataPath } from "./data-path.ts";

/** What the newest `txn` of an appId says, and in which version it was committed. */
export interface TxnState {
  readonly version: bigint;
  readonly committedIn: number;
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
  /** Bytes of the log entry of `version`, by which a table that was made anew is told apart. */
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

export function startReplay(base?: Snapshot): Replay {
  let { version, protocol, metaData, entryBytes } = base ?? { version: -1, entryBytes: 0 };
  const files = new Map(base?.files);
  const tombstones = new Map(base?.tombstones);
  const txns = new Map(base?.txns);
  return {
    apply(commit) {
      for (const action of commit.actions) {
        if ("protocol" in action) protocol = action.protocol;
        else if ("metaData" in action) metaData = action.metaData;
        else if ("txn" in action)
          txns.set(action.txn.appId, { version: action.txn.version, committedIn: commit.version });
        else if ("add" in action) {
          checkNoDeletionVector(action.add, commit.version);
          const key = decodeDataPath(action.add.path);
          files.set(key, action.add);
          tombstones.delete(key);
        } else if ("remove" in action) {
          const key = decodeDataPath(action.remove.path);
          files.delete(key);
          tombstones.set(key, action.remove.deletionTimestamp ?? 0);
        }
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
      return { version, protocol, metaData, files, tombstones, txns, entryBytes };
    },
  };
}

function checkNoDeletionVector(add: AddFile, version: number): void {
  if (add.deletionVector === undefined || add.deletionVector === null) return;
  throw lakeError(
    "DELTA_UNSUPPORTED",
    `Version ${version} adds ${add.path} with a deletion vector, which is not implemented here. Expected whole files.`,
  );
}
