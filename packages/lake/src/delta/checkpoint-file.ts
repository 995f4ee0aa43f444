import { openRecordEncoder, type RecordEncoder } from "../parquet/index.ts";
import type { AddFile } from "./action.ts";
import type { AddRows, CheckpointFiles } from "./checkpoint-files.ts";
import { checkpointColumns } from "./checkpoint-schema.ts";
import { decodeDataPath, encodeDataPath } from "./data-path.ts";
import { type KeyedValues, LayeredMap } from "./layered-map.ts";
import type { Snapshot } from "./snapshot.ts";
import { tombstoneRetentionMs } from "./table-properties.ts";

/** What `_last_checkpoint` says of a checkpoint. */
export interface CheckpointCounts {
  /** Actions. */
  readonly size: number;
  readonly numOfAddFiles: number;
}

/**
 * The bytes of a classic checkpoint of a snapshot, part by part as they are pulled: protocol, metadata, every `txn`, every
 * live file, and removed files that have not expired at `nowMs`. Bounded by a row group.
 */
export function* encodeCheckpoint(snapshot: Snapshot, nowMs: number): Generator<Uint8Array, CheckpointCounts> {
  const encoder = openRecordEncoder(checkpointColumns, { rowGroupRows: 50_000, rowGroupBytes: 8 << 20 });
  const { protocol, metaData, txns, files, tombstones } = snapshot;
  const { minReaderVersion, minWriterVersion } = protocol;
  yield* encoder.append("protocol", {
    minReaderVersion,
    minWriterVersion,
    readerFeatures: minReaderVersion >= 3 ? (protocol.readerFeatures ?? []) : null,
    writerFeatures: minWriterVersion >= 7 ? (protocol.writerFeatures ?? []) : null,
  });
  yield* encoder.append("metaData", { ...metaData, format: { options: {}, ...metaData.format } });
  for (const [appId, { version, lastUpdated }] of txns) yield* encoder.append("txn", { appId, version, lastUpdated });
  const before = encoder.rowCount;
  yield* encodeFiles(encoder, files);
  const numOfAddFiles = encoder.rowCount - before;
  const expiredBefore = nowMs - tombstoneRetentionMs(metaData);
  for (const [key, deletionTimestamp] of tombstones) {
    if (deletionTimestamp <= expiredBefore) continue;
    yield* encoder.append("remove", { path: encodeDataPath(key), deletionTimestamp, dataChange: false });
  }
  yield* encoder.finish();
  return { size: encoder.rowCount, numOfAddFiles };
}

/** What stands in an earlier checkpoint and was not changed since is copied column by column; the rest row by row. */
function* encodeFiles(encoder: RecordEncoder, files: Snapshot["files"]): Generator<Uint8Array, void> {
  const base = files instanceof LayeredMap ? files.base : undefined;
  if (!(files instanceof LayeredMap) || !isOfCheckpoint(base)) {
    for (const add of files.values()) yield* encoder.append("add", add);
    return;
  }
  for (const group of base.groups) yield* encodeUnchanged(encoder, group, files.changes);
  for (const add of files.changes.values()) if (add) yield* encoder.append("add", add);
}

function* encodeUnchanged(
  encoder: RecordEncoder,
  group: AddRows,
  changes: ReadonlyMap<string, AddFile | undefined>,
): Generator<Uint8Array, void> {
  const isKept = (index: number): boolean => changes.size === 0 || !changes.has(decodeDataPath(group.path(index)));
  const copy = group.openCopy();
  if (!copy) {
    for (let index = 0; index < group.count; index++) {
      if (isKept(index)) yield* encoder.append("add", group.add(index));
    }
    return;
  }
  for (let index = 0; index < group.count; ) {
    if (!isKept(index)) {
      index++;
      continue;
    }
    const from = group.row(index);
    let to = from;
    while (index < group.count && group.row(index) === to && (to === from || isKept(index))) {
      index++;
      to++;
    }
    yield* encoder.appendCopy("add", copy, { from, to });
  }
}

const isOfCheckpoint = (base: KeyedValues<AddFile> | CheckpointFiles | undefined): base is CheckpointFiles =>
  base !== undefined && "groups" in base;
