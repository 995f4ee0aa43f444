import type { Field } from "@snowmelt/core/types";
import type { AddFile } from "../delta/action.ts";
import { encodeDataPath } from "../delta/data-path.ts";
import { withCommittedIn } from "../delta/lane-txns.ts";
import type { TxnState } from "../delta/snapshot.ts";
import { lakeError } from "../lake-error.ts";
import type { DataFile } from "../land/landed-file.ts";
import { toReadTimeTags } from "../land/read-times.ts";
import type { PlainFile, PlainManifest } from "./manifest-file.ts";

/** The state of a plain Parquet table at one version. */
export interface PlainSnapshot {
  readonly version: number;
  readonly commitId: string;
  readonly committedAtMs: number;
  readonly table: PlainManifest["table"];
  readonly rowCount: number;
  /** Live files by key below the table's root. */
  readonly files: ReadonlyMap<string, PlainFile>;
  /** What its lanes have done, as a Delta table's `txn` actions say it. */
  readonly txns: ReadonlyMap<string, TxnState>;
  readonly info: Readonly<Record<string, unknown>>;
}

/** The state that a manifest tells. Pure. */
export function toPlainSnapshot(manifest: PlainManifest): PlainSnapshot {
  const { version, commitId, committedAtMs, table, rowCount, info } = manifest;
  const held = new Map(
    manifest.lanes.map(({ appId, value, updatedAtMs }): [string, TxnState] => [
      appId,
      { version: BigInt(value), committedIn: undefined, lastUpdated: updatedAtMs ?? undefined },
    ]),
  );
  const files = new Map(manifest.files.map((file) => [file.path, file]));
  return { version, commitId, committedAtMs, table, rowCount, info, files, txns: withCommittedIn(held, version) };
}

/** A landed file as a manifest names it. `readAtMicros` is when its rows were read at the source. */
export function toPlainFile(file: DataFile, readAtMicros?: bigint): PlainFile {
  const { path, partitionValues, rowCount, bytes, sha256 = null, modifiedAtMs, stats } = file;
  const readAt = readAtMicros === undefined ? null : String(readAtMicros);
  return { path, partitionValues, rowCount, sizeBytes: bytes, sha256, modifiedAtMs, stats, readAtMicros: readAt };
}

/** The file in the words of Delta, which readers and checks of files are made for. */
export function toDeltaFile(file: PlainFile): AddFile {
  const micros = file.readAtMicros === null ? undefined : BigInt(file.readAtMicros);
  const tags = toReadTimeTags([{ rowCount: Math.max(1, file.rowCount), micros }]);
  return {
    path: encodeDataPath(file.path),
    partitionValues: file.partitionValues,
    size: file.sizeBytes,
    modificationTime: file.modifiedAtMs,
    dataChange: true,
    stats: file.stats,
    ...(tags ? { tags } : {}),
  };
}

/** The columns of these names, in that order, or all. READ_PREDICATE_INVALID names one that is not there. */
export function plainFields({ table }: PlainSnapshot, columns?: readonly string[]): readonly Field[] {
  return (columns ?? table.columns.map(({ name }) => name)).map((name) => {
    const field = table.columns.find((column) => column.name === name);
    if (field) return field;
    const known = table.columns.map((column) => column.name).join(", ");
    throw lakeError("READ_PREDICATE_INVALID", `There is no column ${JSON.stringify(name)}. The columns are ${known}.`);
  });
}
