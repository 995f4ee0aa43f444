import { isExpiringPath } from "@snowmelt/core/lake-layout";
import type { ObjectVersions } from "@snowmelt/core/ports";
import type { CommitConflict } from "../delta/commit.ts";
import type { DeltaTable } from "../delta/delta-table.ts";
import { isAppendOnly } from "../delta/protocol.ts";
import { tableUri } from "../delta/read-commits.ts";
import type { Snapshot } from "../delta/snapshot.ts";
import { lakeError } from "../lake-error.ts";
import type { ParquetEncoderOptions } from "../parquet/index.ts";
import { readSnapshotAt } from "../read/resolve-version.ts";
import { type Deleted, deleteFiles } from "./delete-files.ts";
import { type BoundKeys, bindKeys, type ErasedKey } from "./erase-key.ts";
import { findRows, findRowsIfThere } from "./find-rows.ts";
import { findFileHolders, findLogHolders, findVersionHolders, type KeyHolder } from "./key-holders.ts";
import { readLogAccount } from "./log-account.ts";
import { openKeyNames } from "./names-key.ts";
import { type StagedErasure, stageErasure } from "./stage-erasure.ts";
import { listObjects } from "./vacuum-table.ts";

export interface EraseOptions {
  /** The rows, each by the columns that tell it apart. */
  readonly keys: readonly ErasedKey[];
  /** Removed files that hold a row: deleted at once, so that older versions cannot be read whole any more, or listed. @default "delete" */
  readonly olderVersions?: "delete" | "list";
  /** Where rows of this table were set aside, if anywhere. It is looked into and not changed. */
  readonly quarantine?: DeltaTable | undefined;
  /** What the bucket keeps of deleted objects. @default it keeps nothing */
  readonly versions?: ObjectVersions | undefined;
  /** Versions of objects that held a row: deleted for good, or listed. @default "list" */
  readonly noncurrent?: "delete" | "list";
  /**
   * Whether the log remembers which rows were erased, by a salted digest of their key: so that a verification can tell a row
   * that is still at the source from one that was lost. Whoever has the log can test a guess of the key by it. @default true
   */
  readonly record?: boolean;
  /** Changes nothing and says what would be. @default false */
  readonly dryRun?: boolean;
  readonly encoder?: ParquetEncoderOptions;
  readonly signal?: AbortSignal;
}

export interface ErasureReport {
  /** `stillThere`: someone brought a row back meanwhile. `notFound`: no row of the newest version was meant. */
  readonly status: "erased" | "notFound" | "stillThere" | "planned";
  /** Undefined when nothing was committed. */
  readonly version: number | undefined;
  readonly rows: number;
  readonly filesRewritten: number;
  readonly filesRemoved: number;
  /** Whether the log remembers which rows were erased. */
  readonly isRecorded: boolean;
  /** Files of a quarantine that a lifecycle rule had deleted, and that the log names no more. Nothing of them was read. */
  readonly filesExpired: number;
  readonly deleted: Deleted;
  /** Whether files were deleted that versions before this one name. */
  readonly olderVersionsLost: boolean;
  /** What still holds a row, or may. */
  readonly holders: readonly KeyHolder[];
  /** Every row of every live file, read again by its key columns. */
  readonly proof: { readonly version: number; readonly files: number; readonly rows: number; readonly found: number };
}

const maxStagings = 5;
const nothing: Deleted = { files: 0, bytes: 0, revived: 0 };

/**
 * Takes rows out of a table for good: the files that hold one are written anew without it and committed, the old ones are
 * deleted at once, everything else that holds it is listed, and the table is read again to prove it gone. Windows under way
 * meet a gap and plan again. A row that is still at the source comes back with the next window that reads it: delete it there
 * first. Conflicts with commits of the same keys are staged anew; the last is a value. It may be repeated after any failure,
 * and does what is left to do.
 */
export async function eraseRows(table: DeltaTable, options: EraseOptions): Promise<ErasureReport | CommitConflict> {
  const { dryRun = false, olderVersions = "delete", noncurrent = "list", versions, signal } = options;
  const given = signal ? { signal } : {};
  const earlier = await readSnapshotAt(table, given);
  const keys = bindKeys(earlier, options.keys);
  const committed = await commitErasure(table, keys, options);
  if ("reason" in committed) return committed;
  const { staged, version } = committed;

  const objects = await listObjects(table, signal);
  const names = openKeyNames(keys);
  const account = await readLogAccount(table, { names, signal });
  const snapshot = await readSnapshotAt(table, given);
  const files = await findFileHolders(table, { snapshot, account, objects }, { keys, signal });
  const own = new Set(staged.removed.map(({ path }) => path));
  const old = files.filter(({ kind, path }) => kind === "olderFile" && (own.has(path) || olderVersions === "delete"));
  const deleted = dryRun ? nothing : await deleteFiles(table, old, signal);
  const kept = dryRun ? files : files.filter((holder) => !old.includes(holder));

  const held = new Set([...own, ...files.map(({ path }) => path)]);
  const found = versions ? await findVersionHolders(table, versions, { held, signal }) : [];
  const purged = noncurrent === "delete" && !dryRun ? found.filter(({ isCertain }) => isCertain) : [];
  for (const { key, versionId } of purged) await versions?.delete(key, versionId, given);
  const logs = await findLogHolders(table, { names, account, earlier, signal });
  const aside = options.quarantine ? await findQuarantined(options.quarantine, options) : [];
  const proof = await prove(table, keys, signal);
  const status = dryRun ? "planned" : proof.found > 0 ? "stillThere" : staged.rows > 0 ? "erased" : "notFound";
  return {
    status,
    version,
    rows: staged.rows,
    filesRewritten: staged.written.length,
    filesRemoved: staged.removed.length,
    isRecorded: version !== undefined && staged.isRecorded,
    filesExpired: staged.expired.length,
    deleted,
    olderVersionsLost: deleted.files > 0,
    holders: [...kept, ...aside, ...found.filter((holder) => !purged.includes(holder)), ...logs],
    proof,
  };
}

async function commitErasure(
  table: DeltaTable,
  keys: BoundKeys,
  { dryRun = false, record = true, encoder, signal }: EraseOptions,
): Promise<{ readonly staged: StagedErasure; readonly version: number | undefined } | CommitConflict> {
  const given = signal ? { signal } : {};
  for (let staging = 1; ; staging++) {
    const snapshot = await readSnapshotAt(table, given);
    checkErasable(table, snapshot);
    const attemptId = `erase-${table.random.uuid()}`;
    const staged = await stageErasure(table, snapshot, { keys, attemptId, record, dryRun, encoder, signal });
    if ((staged.rows === 0 && staged.expired.length === 0) || dryRun) return { staged, version: undefined };
    const outcome = await table.commit(staged.plan, { lanes: staged.lanes, info: { attemptId }, ...given });
    if (outcome.status === "committed") return { staged, version: outcome.version };
    await deleteFiles(table, staged.written);
    const mayStageAgain =
      outcome.status === "alreadyCommitted" || outcome.reason === "filesChanged" || outcome.reason === "lane";
    if (mayStageAgain && staging < maxStagings) continue;
    if (outcome.status === "conflict") return outcome;
    const message = `The lanes of ${tableUri(table)} were moved on by others ${maxStagings} times.`;
    return { status: "conflict", reason: "contention", message, version: outcome.version };
  }
}

function checkErasable(table: DeltaTable, snapshot: Snapshot): void {
  if (!isAppendOnly(snapshot.metaData)) return;
  throw lakeError(
    "DELTA_UNSUPPORTED",
    `${tableUri(table)} is append-only (delta.appendOnly), so no row can be erased from it. Change the property first.`,
  );
}

async function findQuarantined(
  quarantine: DeltaTable,
  { keys, signal }: EraseOptions,
): Promise<readonly Extract<KeyHolder, { kind: "quarantine" }>[]> {
  const given = signal ? { signal } : {};
  const snapshot = await quarantine.snapshot(given);
  if (!snapshot) return [];
  const bound = bindKeys(snapshot, keys);
  let [rows, expiredFiles] = [0, 0];
  for (const [path, { partitionValues }] of snapshot.files) {
    const found = await findRowsIfThere(quarantine, { path, partitionValues }, { keys: bound, signal });
    if (found) rows += found.rows.size;
    else expiredFiles++;
  }
  if (rows === 0 && expiredFiles === 0) return [];
  return [{ kind: "quarantine", path: quarantine.path, rows, ...(expiredFiles > 0 ? { expiredFiles } : {}) }];
}

/** No statistics are believed here: the key columns of every live file are read. One that expired meanwhile holds no row. */
async function prove(table: DeltaTable, keys: BoundKeys, signal?: AbortSignal): Promise<ErasureReport["proof"]> {
  const snapshot = await readSnapshotAt(table, signal ? { signal } : {});
  const find = isExpiringPath(table.path) ? findRowsIfThere : findRows;
  let [files, rows, found] = [0, 0, 0];
  for (const [path, { partitionValues }] of snapshot.files) {
    const counted = await find(table, { path, partitionValues }, { keys, signal });
    if (!counted) continue;
    files++;
    rows += counted.rowCount;
    found += counted.rows.size;
  }
  return { version: snapshot.version, files, rows, found };
}
