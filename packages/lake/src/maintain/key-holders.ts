import type { ObjectVersions } from "@snowmelt/core/ports";
import type { AddFile, PartitionValues } from "../delta/action.ts";
import { encodeDataPath } from "../delta/data-path.ts";
import type { DeltaTable } from "../delta/delta-table.ts";
import { toTableKey } from "../delta/log-path.ts";
import { attemptOf } from "../delta/orphans.ts";
import type { Snapshot } from "../delta/snapshot.ts";
import type { BoundKeys } from "./erase-key.ts";
import { countRows } from "./find-rows.ts";
import type { LogAccount } from "./log-account.ts";
import type { TableObject } from "./plan-vacuum.ts";

/** What holds an erased row besides the newest version. `rows` undefined: it may, and cannot be told. */
export type KeyHolder =
  /** A removed file that older versions name. */
  | { readonly kind: "olderFile"; readonly path: string; readonly sizeBytes: number; readonly rows: number | undefined }
  /** A file that the log does not name: of a run under way, or left by one that crashed. */
  | {
      readonly kind: "unnamedFile";
      readonly path: string;
      readonly sizeBytes: number;
      readonly rows: number | undefined;
      readonly attemptId: string | undefined;
    }
  /**
   * The rows that rules set aside. Erase there too: it is a table like any other. `expiredFiles`: files that a lifecycle rule
   * deleted, which hold nothing any more though the log names them until rows are erased there.
   */
  | { readonly kind: "quarantine"; readonly path: string; readonly rows: number; readonly expiredFiles?: number }
  /** A version of an object that the bucket keeps. `isCertain`: of a file that held the row. */
  | { readonly kind: "objectVersion"; readonly key: string; readonly versionId: string; readonly isCertain: boolean }
  /** An entry or a checkpoint of the log whose statistics or partitions name a value of the key. It expires with the log. */
  | { readonly kind: "log"; readonly path: string };

interface HolderQuestion {
  readonly keys: BoundKeys;
  readonly signal?: AbortSignal | undefined;
}

/** Files below the table's root that are not live and hold a row, or may: each is read. */
export async function findFileHolders(
  table: DeltaTable,
  state: { readonly snapshot: Snapshot; readonly account: LogAccount; readonly objects: readonly TableObject[] },
  question: HolderQuestion,
): Promise<readonly Extract<KeyHolder, { kind: "olderFile" | "unnamedFile" }>[]> {
  const { snapshot, account } = state;
  const holders: Extract<KeyHolder, { kind: "olderFile" | "unnamedFile" }>[] = [];
  for (const { path, sizeBytes } of state.objects) {
    if (snapshot.files.has(path) || path.split("/").some((part) => part.startsWith("_"))) continue;
    const removal = account.removals.get(path);
    const partitionValues: PartitionValues = removal?.partitionValues ?? {};
    const rows = await countRows(table, { path, partitionValues }, question);
    if (rows === 0) continue;
    const isOlder = removal !== undefined || snapshot.tombstones.has(path);
    if (isOlder) holders.push({ kind: "olderFile", path, sizeBytes, rows });
    else holders.push({ kind: "unnamedFile", path, sizeBytes, rows, attemptId: attemptOf(encodeDataPath(path)) });
  }
  return holders;
}

/** Older versions of the table's data objects. Those of files that were deleted before cannot be looked into. */
export async function findVersionHolders(
  table: DeltaTable,
  versions: ObjectVersions,
  { held, signal }: { readonly held: ReadonlySet<string>; readonly signal?: AbortSignal | undefined },
): Promise<readonly Extract<KeyHolder, { kind: "objectVersion" }>[]> {
  const root = toTableKey(table.path, "");
  const holders: Extract<KeyHolder, { kind: "objectVersion" }>[] = [];
  for await (const version of versions.list(root, signal ? { signal } : {})) {
    const { key, versionId, isLatest, isDeleteMarker } = version;
    if (isLatest || isDeleteMarker || key.startsWith(`${root}_delta_log/`)) continue;
    holders.push({ kind: "objectVersion", key, versionId, isCertain: held.has(key.slice(root.length)) });
  }
  return holders;
}

/** Log entries that name a value of a key, and with them every checkpoint, which repeats what entries say. */
export async function findLogHolders(
  table: DeltaTable,
  {
    names,
    account,
    earlier,
    signal,
  }: {
    readonly names: (add: AddFile) => boolean;
    readonly account: LogAccount;
    readonly earlier: Snapshot;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<readonly Extract<KeyHolder, { kind: "log" }>[]> {
  const root = toTableKey(table.path, "");
  const inCheckpoints = account.named.length > 0 || [...earlier.files.values()].some(names);
  const holders: Extract<KeyHolder, { kind: "log" }>[] = account.named.map((path) => ({ kind: "log", path }));
  if (!inCheckpoints) return holders;
  for await (const { key } of table.store.list(`${root}_delta_log/`, signal ? { signal } : {})) {
    if (/\.checkpoint\b/.test(key)) holders.push({ kind: "log", path: key.slice(root.length) });
  }
  return holders;
}
